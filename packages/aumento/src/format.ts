import type { Interval } from "./experiment/result.ts";

/** 0.9714 → "97.1 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? "0.0" : `${value < 0 ? "−" : "+"}${text}`;
}

/** A difference of two shares in percentage points: 0.0873 → "+8.7". */
export function points(difference: number): string {
  return signed(difference * 100);
}

/** "+5.1 to +12.3". */
export function pointInterval(interval: Interval): string {
  return `${points(interval[0])} to ${points(interval[1])}`;
}

/** Seconds as people say them: "48 s", "3 min 5 s", "1 h 12 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A number of things: 1 picture, 1,200 pictures. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? singular : plural}`;
}

/** One argument as a POSIX shell needs it quoted. */
export function shellQuote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A number of bytes: "850 KB", "12.4 MB", "1.2 GB" (of 1,000 each). */
export function fileSize(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value < 100 && power > 1 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
