// Classes of inhabitants per unit grid: ≤50, 51–100, 101–150, 151–200, >200; 0 stands for "not counted".
const UPPER = [50, 100, 150, 200];

export function densityClass(people) {
  if (people === null || people === undefined) return 0;
  const found = UPPER.findIndex((bound) => people <= bound);
  return found === -1 ? UPPER.length + 1 : found + 1;
}
