/** Round steps of an axis: at most `count` of them up to a number not below `high`. */
export function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count || 1;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const minute = 60;
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * minute);

/** Round times within a window, at most `count`. */
export function timeTicks(start: number, end: number, count: number): number[] {
  const step = timeSteps.find((seconds) => (end - start) / seconds <= count) ?? (end - start) / count;
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, index) => first + index * step);
}
