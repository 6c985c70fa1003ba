/**
 * Standard normal distribution function, absolute error below 1e-7, by the rational approximation
 * 26.2.17 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964).
 */
export function normalAtMost(z: number): number {
  if (z < 0) return 1 - normalAtMost(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** The z with `normalAtMost(z) = p`, by bisection; p outside (0, 1) gives -8 or 8. */
export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalAtMost(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
