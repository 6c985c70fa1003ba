/** Where long work says how far it is. `total` is null while it is unknown. */
export type ReportProgress = (step: {
  readonly what: string;
  readonly done: number;
  readonly total: number | null;
}) => void;

export const noProgress: ReportProgress = () => {};
