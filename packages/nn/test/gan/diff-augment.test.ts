import { describe, expect, test } from "vitest";
import { augmented, type DiffAugment, type Drawn, diffAugment } from "../../src/gan/diff-augment.ts";
import { input } from "../../src/ops/index.ts";
import { RandomStream } from "../../src/random.ts";
import { sizeOf } from "../../src/tensor.ts";
import { evaluate, numbers } from "../support/run.ts";

const NONE = { brightness: 0, saturation: 0, contrast: 0, translation: 0, cutout: 0 };
const SHAPE = [4, 3, 8, 6] as const;
const [N, CHANNELS, HEIGHT, WIDTH] = SHAPE;
const pictures = numbers(sizeOf(SHAPE), 1);

/** Pictures varied by one draw, and what was drawn. */
async function vary(options: Partial<DiffAugment>, seed = 3) {
  const drawn: Drawn[] = [];
  const output = augmented(input("x", SHAPE), diffAugment({ ...NONE, ...options }), "role", drawn);
  const feeds: Record<string, { data: Float32Array; shape: readonly number[] }> = {
    x: { data: pictures, shape: SHAPE },
  };
  for (const { name, shape, fill } of drawn) {
    const data = new Float32Array(sizeOf(shape)).fill(Number.NaN);
    fill(data, new RandomStream(seed, name));
    feeds[name] = { data, shape };
  }
  const { y } = await evaluate({ y: output }, feeds);
  return { y: y.data as Float32Array, feeds };
}

const at = (data: Float32Array, i: number, c: number, row: number, column: number): number =>
  data[((i * CHANNELS + c) * HEIGHT + row) * WIDTH + column];

describe("differentiable augmentation", () => {
  test("of strength zero draws nothing and gives the same value back", () => {
    const drawn: Drawn[] = [];
    const x = input("x", SHAPE);
    expect(augmented(x, diffAugment(NONE), "role", drawn)).toBe(x);
    expect(drawn).toEqual([]);
  });

  test("brightness adds one number to each picture", async () => {
    const { y, feeds } = await vary({ brightness: 0.5 });
    const added = feeds["role/brightness"].data;
    expect(new Set(added).size).toBe(N);
    const each = pictures.length / N;
    y.forEach((value, k) => {
      expect(value).toBeCloseTo(pictures[k] + added[Math.floor(k / each)], 5);
    });
    expect(Math.max(...added.map(Math.abs))).toBeLessThanOrEqual(0.5);
  });

  test("saturation and contrast stretch around a mean that stays", async () => {
    for (const name of ["saturation", "contrast"] as const) {
      const { y, feeds } = await vary({ [name]: 0.9 });
      const factors = feeds[`role/${name}`].data;
      for (let i = 0; i < N; i++)
        for (let place = 0; place < 5; place++) {
          const members: [number, number, number][] = [];
          for (let c = 0; c < CHANNELS; c++)
            for (let row = 0; row < HEIGHT; row++)
              for (let column = 0; column < WIDTH; column++)
                if (name === "contrast" || (row === place && column === place))
                  members.push([c, row, column]);
          const before = members.map(([c, row, column]) => at(pictures, i, c, row, column));
          const mean = before.reduce((a, b) => a + b) / before.length;
          members.forEach(([c, row, column], k) => {
            expect(at(y, i, c, row, column)).toBeCloseTo(mean + (before[k] - mean) * factors[i], 4);
          });
        }
    }
  });

  test("translation shifts the array, zeros coming in", async () => {
    const { y, feeds } = await vary({ translation: 0.375 });
    const reach = { rows: 3, columns: 2 };
    const seen = new Set<string>();
    for (let i = 0; i < N; i++) {
      // Where the first row (column) that stays inside came from tells the shift.
      const shift = (name: "rows" | "columns", extent: number) => {
        const matrix = feeds[`role/${name}`].data.subarray(i * extent * extent, (i + 1) * extent * extent);
        const place = matrix.indexOf(1);
        const [row, column] = [Math.floor(place / extent), place % extent];
        const by = name === "rows" ? row - column : column - row;
        expect(Math.abs(by)).toBeLessThanOrEqual(reach[name]);
        return by;
      };
      const [down, right] = [shift("rows", HEIGHT), shift("columns", WIDTH)];
      seen.add(`${down} ${right}`);
      for (let c = 0; c < CHANNELS; c++)
        for (let row = 0; row < HEIGHT; row++)
          for (let column = 0; column < WIDTH; column++) {
            const [from, side] = [row - down, column - right];
            const inside = from >= 0 && from < HEIGHT && side >= 0 && side < WIDTH;
            expect(at(y, i, c, row, column)).toBe(inside ? at(pictures, i, c, from, side) : 0);
          }
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  test("cutout leaves a hole of at most half the sides in all channels, and all else as it is", async () => {
    const { y } = await vary({ cutout: 0.5 });
    for (let i = 0; i < N; i++) {
      const gone: [number, number][] = [];
      for (let row = 0; row < HEIGHT; row++)
        for (let column = 0; column < WIDTH; column++) {
          const values = [0, 1, 2].map((c) => at(y, i, c, row, column));
          if (values.every((value) => value === 0)) gone.push([row, column]);
          else values.forEach((value, c) => void expect(value).toBe(at(pictures, i, c, row, column)));
        }
      const extent = (axis: 0 | 1) => {
        const places = gone.map((place) => place[axis]);
        return Math.max(...places) - Math.min(...places) + 1;
      };
      expect(gone.length).toBe(extent(0) * extent(1));
      expect(extent(0)).toBeLessThanOrEqual(HEIGHT / 2);
      expect(extent(1)).toBeLessThanOrEqual(WIDTH / 2);
    }
  });

  test("numbers that make no sense are refused by name", () => {
    expect(() => diffAugment({ translation: -0.1 })).toThrow(
      /translation: expected .* at least 0.* got -0.1/,
    );
    expect(() => diffAugment({ color: true } as object)).toThrow(
      /unknown option "color"; there are brightness/,
    );
  });
});
