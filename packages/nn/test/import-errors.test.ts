import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { TensorProto_DataLocation, TensorProto_DataType } from "../src/onnx/onnx.gen.ts";
import { writeModel } from "../src/onnx/serialize.ts";
import { type FileDescription, floats, ints, onnxFile, onnxModel } from "./support/onnx-file.ts";
import { spread } from "./support/run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-import-errors-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const product: FileDescription = {
  nodes: [["MatMul", ["x", "w"], "y"]],
  tensors: { w: floats([4, 3], spread(12, 1)) },
};
const picture: FileDescription = {
  nodes: [["GlobalAveragePool", ["x"], "y"]],
  input: ["n", 3, 8, 6],
};

/** Loads a graph that should be refused. */
const loading = (file: FileDescription, options: nn.LoadOptions = {}) =>
  nn.loadModel(onnxFile(file), options);

describe("a file as a whole", () => {
  it("is cut off at any place", async () => {
    const bytes = onnxFile(product);
    for (let length = 0; length < bytes.length; length += 7)
      await expect(nn.loadModel(bytes.subarray(0, length)), String(length)).rejects.toThrow(
        /expected an ONNX model|does not say which version/,
      );
  });

  it("has a version of the operators that is not known", async () => {
    await expect(loading({ ...product, opset: 99 })).rejects.toThrow(
      /it uses opset 99 of ONNX; opsets 7 to \d+ can be imported/,
    );
    await expect(loading({ ...product, opset: 5 })).rejects.toThrow(/opset 5/);
  });

  it("has weights in a file beside it that is missing, cut off, elsewhere or not given", async () => {
    const model = onnxModel(product);
    const [tensor] = model.graph!.initializer;
    const { rawData } = tensor;
    const at = (location: string, offset = "0") => {
      tensor.rawData = new Uint8Array();
      tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
      tensor.externalData = Object.entries({ location, offset, length: "48" }).map(([key, value]) => ({
        $typeName: "onnx.StringStringEntryProto",
        key,
        value,
      }));
      return writeModel(model);
    };
    const path = join(folder, "external.onnx");
    await writeFile(path, at("weights.bin"));
    await expect(nn.loadModel(path)).rejects.toThrow(
      /external\.onnx: the tensor "w" lies in "weights\.bin", which is missing: it should be at .*weights\.bin/,
    );
    await expect(nn.loadModel(at("weights.bin"))).rejects.toThrow(/load the model by its path/);
    await writeFile(join(folder, "weights.bin"), rawData.subarray(0, 40));
    await expect(nn.loadModel(path)).rejects.toThrow(/bytes 0 to 48 of .*weights\.bin, which has 40/);
    await writeFile(path, at("../weights.bin"));
    await expect(nn.loadModel(path)).rejects.toThrow(/not beside the model: refused/);
    await writeFile(join(folder, "weights.bin"), new Uint8Array([1, 2, 3, 4, ...rawData]));
    await writeFile(path, at("weights.bin", "4"));
    const x = { data: spread(8, 2), shape: [2, 4] };
    expect(await (await nn.loadModel(path)).predict(x)).toEqual(await (await loading(product)).predict(x));
  });

  it("has weights of a type that is not float32, or too few numbers", async () => {
    const model = onnxModel(product);
    const [tensor] = model.graph!.initializer;
    tensor.rawData = tensor.rawData.subarray(0, 24);
    await expect(nn.loadModel(writeModel(model))).rejects.toThrow(
      /"w" has 6 numbers, its shape \[4, 3\] needs 12/,
    );
    tensor.dataType = TensorProto_DataType.FLOAT16;
    await expect(nn.loadModel(writeModel(model))).rejects.toThrow(/"w" is of float16/);
  });

  it("has more inputs than one, an output that does not exist or follows from nothing", async () => {
    const model = onnxModel(product);
    model.graph!.input.push({ ...model.graph!.input[0], name: "z" });
    await expect(nn.loadModel(writeModel(model))).rejects.toThrow(/a model of one input, got 2 \(x, z\)/);
    await expect(loading(product, { output: "z" })).rejects.toThrow(/no output "z"; the nearest are "y"/);
    await expect(loading({ ...product, outputs: ["w"] })).rejects.toThrow(/"w" does not depend on its input/);
  });
});

describe("an input", () => {
  it("has open extents that nobody tells", async () => {
    const open = { ...picture, input: ["n", 3, "height", "width"] };
    await expect(loading(open)).rejects.toThrow(
      /its input "x" \[n, 3, height, width\] leaves "height" open: a dynamic shape that cannot be resolved\. Say it: loadModel\(…, \{ inputShape/,
    );
    const path = join(folder, "open.onnx");
    await writeFile(path, onnxFile(open));
    await expect(nn.loadModel(path)).rejects.toThrow(
      /"size": \[height, width\] } } in .*open\.json, or loadModel/,
    );
    expect((await loading(open, { inputShape: [9, 7, 3] })).inputShape).toEqual([9, 7, 3]);
    expect((await loading(open, { preprocessing: { size: [5, 4] } })).inputShape).toEqual([5, 4, 3]);
  });

  it("does not fit what is asked for", async () => {
    await expect(loading(picture, { inputShape: [9, 6, 3] })).rejects.toThrow(
      /does not fit inputShape \[9, 6, 3\]: it needs 8, not 9/,
    );
    await expect(loading(picture, { inputShape: [24] })).rejects.toThrow(/no samples of inputShape \[24\]/);
    await expect(loading(picture, { preprocessing: { size: [6, 8] } })).rejects.toThrow(
      /does not fit the preprocessing's size: it needs 8, not 6/,
    );
    const backbone = await loading(picture);
    expect(() => nn.sequential([backbone, nn.dense(2)], { inputShape: [6, 8, 3] })).toThrow(
      /the model that comes first takes \[8, 6, 3\], got \[6, 8, 3\]; leave it out/,
    );
    const x = { data: new Float32Array(2 * 6 * 8 * 3), shape: [2, 6, 8, 3] };
    await expect(backbone.predict(x)).rejects.toThrow(
      /x must be of shape \[\?, 8, 6, 3\], got \[2, 6, 8, 3\]/,
    );
  });

  it("is no picture and no vector, or not float32", async () => {
    await expect(loading({ ...product, input: ["n", 2, 4] })).rejects.toThrow(/neither pictures nor vectors/);
    const model = onnxModel(product);
    const type = model.graph!.input[0].type?.value;
    if (type?.case === "tensorType") type.value.elemType = TensorProto_DataType.INT64;
    await expect(nn.loadModel(writeModel(model))).rejects.toThrow(/its input "x" is not float32/);
  });

  it("is prepared in a way that makes no sense", async () => {
    const refused: [nn.ModelPreprocessing, RegExp][] = [
      [{ mean: 127 }, /preprocessing: range: expected \[0, 255\] or \[0, 1\]/],
      [{ mean: [1, 2], range: [0, 1] }, /mean has 2 numbers, the model's input has 3|it needs 3, not 2/],
      [{ std: [1, 0, 1], range: [0, 1] }, /std: expected numbers other than 0/],
      [{ size: [8] as never }, /size: expected \[height, width\]/],
      [{ layout: "CHW" as never }, /layout: expected one of "NCHW", "NHWC"/],
      [{ channelOrder: "GRB" as never }, /channelOrder: expected one of "RGB", "BGR"/],
      [{ colour: true } as never, /colour/],
    ];
    for (const [preprocessing, message] of refused)
      await expect(loading(picture, { preprocessing })).rejects.toThrow(message);
    await writeFile(join(folder, "beside.onnx"), onnxFile(picture));
    await writeFile(join(folder, "beside.json"), '{ "input": ');
    await expect(nn.loadModel(join(folder, "beside.onnx"))).rejects.toThrow(/beside\.json: .* is no JSON/);
    await writeFile(join(folder, "beside.json"), '{ "input": { "size": "big" } }');
    await expect(nn.loadModel(join(folder, "beside.onnx"))).rejects.toThrow(/beside\.json: input: size/);
    for (const [json, shown] of Object.entries({ null: "null", 5: "5", "[]": "[]", '"RGB"': '"RGB"' })) {
      await writeFile(join(folder, "beside.json"), `{ "input": ${json} }`);
      await expect(nn.loadModel(join(folder, "beside.onnx")), json).rejects.toThrow(
        `beside.json: input: expected an object with size, mean, std, range, layout, channelOrder, got ${shown}`,
      );
    }
    await expect(loading(picture, { preprocessing: [] as never })).rejects.toThrow(
      "loadModel: preprocessing: expected an object",
    );
    const saved = (await loading(picture)).toBytes().model;
    await expect(nn.loadModel(saved, { preprocessing: {} })).rejects.toThrow(
      /preprocessing is for files that others exported/,
    );
  });
});

describe("a node", () => {
  const node = (
    op: string,
    attributes: FileDescription["nodes"][0][3],
    more: Partial<FileDescription> & { inputs?: string[] } = {},
  ) => loading({ nodes: [[op, more.inputs ?? ["x"], "y", attributes]], input: ["n", 2, 6, 4], ...more });

  it("is of an operator that is not known", async () => {
    await expect(node("Hermite", {})).rejects.toThrow(
      /node "Hermite_0" \(Hermite\): this operator cannot be imported; known are Abs, .*Add, .*Unsqueeze/,
    );
    const model = onnxModel({ ...picture });
    model.graph!.node[0].domain = "com.example";
    await expect(nn.loadModel(writeModel(model))).rejects.toThrow(/of the domain "com.example"/);
  });

  it("mixes the samples of a batch", async () => {
    const tensors = { s: ints(2, -1), axes: ints(0) };
    await expect(node("Transpose", { perm: [1, 0, 2, 3] })).rejects.toThrow(/moves the batch's axis/);
    await expect(node("Reshape", {}, { inputs: ["x", "s"], tensors: { s: ints(-1, 2, 5) } })).rejects.toThrow(
      /keep those of a batch apart/,
    );
    await expect(node("Softmax", { axis: 0 })).rejects.toThrow(/axis 0 is the batch/);
    await expect(node("Flatten", { axis: 2 })).rejects.toThrow(/only axis 1/);
    await expect(node("Unsqueeze", {}, { inputs: ["x", "axes"], tensors })).rejects.toThrow(/is the batch/);
    await expect(node("ReduceMean", {})).rejects.toThrow(/reduces all axes, the batch too/);
  });

  it("mixes the samples of a batch where it has no gradient", async () => {
    const apart = /axis 0(, the batch,?| is the batch).*: samples of a batch must stay apart/;
    const tile = { inputs: ["x", "r"], tensors: { r: ints(2, 1, 1, 1) } };
    await expect(node("Tile", {}, tile)).rejects.toThrow(apart);
    await expect(node("MeanVarianceNormalization", {})).rejects.toThrow(
      /node "MeanVarianceNormalization_0" .*: by default its axis 0 is the batch: samples of a batch must stay apart/,
    );
    await expect(node("MeanVarianceNormalization", { axes: [1, -4] })).rejects.toThrow(/axis 0 is the batch/);
    await expect(node("LpNormalization", { axis: 0 })).rejects.toThrow(apart);
    await expect(node("Hardmax", { axis: -4 })).rejects.toThrow(apart);
    const scales = { inputs: ["x", "", "s"], tensors: { s: floats([4], [2, 1, 2, 2]) } };
    await expect(node("Resize", {}, scales)).rejects.toThrow(apart);
  });

  it("puts numbers of a sample onto the batch's axis", async () => {
    const reshape = (input: FileDescription["input"], ...shape: number[]) =>
      node("Reshape", {}, { inputs: ["x", "s"], tensors: { s: ints(...shape) }, input });
    await expect(reshape([1, 6], 6, -1)).rejects.toThrow(
      /its shape \[6, -1\] has axis 0, the batch, at 6 and not 1: samples of a batch must stay apart/,
    );
    await expect(reshape(["n", 6], 6, -1)).rejects.toThrow(/at 6 and not n: samples of a batch/);
    // The batch that a file was exported for stays the batch.
    expect((await reshape([2, 2, 3, 1], 2, -1)).outputShape).toEqual([6]);
    expect((await reshape([1, 6], 1, -1)).outputShape).toEqual([6]);
    expect((await reshape(["n", 6], 1, -1)).outputShape).toEqual([6]);
  });

  it("has what came after the opset that graphs are written in", async () => {
    const resize = (attributes: FileDescription["nodes"][0][3]) =>
      node("Resize", attributes, {
        inputs: ["x", "", "s"],
        tensors: { s: floats([4], [1, 1, 0.5, 0.5]) },
        opset: 19,
      });
    await expect(resize({ mode: "linear", antialias: 1 })).rejects.toThrow(
      /node "Resize_0" \(Resize\): its attribute "antialias" is supported as 0 only, got 1/,
    );
    await expect(resize({ keep_aspect_ratio_policy: "not_larger" })).rejects.toThrow(
      /"keep_aspect_ratio_policy" is supported as "stretch" only, got "not_larger"/,
    );
    await expect(resize({ coordinate_transformation_mode: "half_pixel_symmetric" })).rejects.toThrow(
      /"coordinate_transformation_mode" is not supported as "half_pixel_symmetric"/,
    );
    const pool = (attributes: FileDescription["nodes"][0][3]) =>
      node("LpPool", { kernel_shape: [2, 2], ...attributes }, { opset: 18, values: { y: ["n", 2, 4, 2] } });
    await expect(pool({ dilations: [2, 2] })).rejects.toThrow(
      /node "LpPool_0" \(LpPool\): its attribute "dilations" is supported as \[1, 1\] only, got \[2, 2\]/,
    );
    await expect(pool({ ceil_mode: 1 })).rejects.toThrow(/"ceil_mode" is supported as 0 only/);
    await expect(node("Floor", { tidy: 1 })).rejects.toThrow(/node "Floor_0" .*"tidy" is not supported/);
  });

  it("is a Hardmax of an older opset, over several axes", async () => {
    await expect(node("Hardmax", {}, { opset: 11 })).rejects.toThrow(
      /node "Hardmax_0" .*: opset 11 has it over all axes from 1 on; only the last one is supported/,
    );
  });

  it("resizes channels, or by something that is not known", async () => {
    const sizes = (...s: number[]) =>
      node("Resize", {}, { inputs: ["x", "", "", "s"], tensors: { s: ints(...s) } });
    await expect(sizes(1, 3, 12, 8)).rejects.toThrow(
      /its sizes \[n, 3, 12, 8\] do not keep the 2 channels of \[\?, 2, 6, 4\]/,
    );
    await expect(sizes(12, 8)).rejects.toThrow(/it has 2 sizes for 4 axes/);
    await expect(node("Resize", {})).rejects.toThrow(/it has neither sizes nor scales/);
    await expect(node("Tile", {}, { inputs: ["x", "r"], tensors: { r: ints(1, 2) } })).rejects.toThrow(
      /it has 2 repeats for 4 axes/,
    );
  });

  it("calculates a shape from the batch's size", async () => {
    await expect(
      loading({
        nodes: [
          ["Shape", ["x"], "shape"],
          ["Mul", ["shape", "two"], "twice"],
          ["Reshape", ["x", "twice"], "y"],
        ],
        tensors: { two: ints(2) },
      }),
    ).rejects.toThrow(/node "Mul_1" \(Mul\): .*a dynamic shape that cannot be resolved/);
    await expect(
      loading({
        nodes: [
          ["Cast", ["x"], "whole", { to: 1 }],
          ["Reshape", ["x", "whole"], "y"],
        ],
      }),
    ).rejects.toThrow(/its shape must be a constant of the file; here it is computed/);
  });

  it("has operands or attributes that do not fit", async () => {
    await expect(loading({ ...product, input: ["n", 5] })).rejects.toThrow(
      /node "MatMul_0" \(MatMul\): matMul: expected equal inner extents/,
    );
    await expect(loading({ ...product, tensors: {} })).rejects.toThrow(
      /it reads "w", which nothing before it makes/,
    );
    await expect(node("MaxPool", {})).rejects.toThrow(/it has no kernel_shape/);
    await expect(node("MaxPool", { kernel_shape: [9, 9] })).rejects.toThrow(/node "MaxPool_0"/);
    await expect(node("MaxPool", { kernel_shape: "3" })).rejects.toThrow(/another type than ONNX says/);
    await expect(node("Conv", {}, { inputs: ["x", "x"] })).rejects.toThrow(/its kernel must be a constant/);
    await expect(node("Pad", { mode: "reflect" })).rejects.toThrow(/mode "reflect" is not supported/);
    const statistics = Object.fromEntries(["s", "o", "m", "v"].map((name) => [name, floats([2], [1, 1])]));
    const inputs = ["x", "s", "o", "m", "v"];
    await expect(
      node("BatchNormalization", { training_mode: 1 }, { inputs, tensors: statistics }),
    ).rejects.toThrow(/exported in training mode/);
  });
});
