// The protocol between a suite, which runs inside VS Code's extension host, and the window that shows it.
// One method is one message: a line of JSON each way on the session's socket.

/** What a suite may ask of a document: VS Code's window, or a web view in it. Selectors are Playwright's. */
export type DocumentCalls = {
  /** Waits until an element is shown (or is not), at most 15 seconds. */
  waitFor(selector: string, state?: 'visible' | 'hidden'): Promise<void>;
  /** Text a person sees in the first match; waits for it. */
  textOf(selector: string): Promise<string>;
  /** Texts of all matches at this moment, in document order; does not wait. */
  textsOf(selector: string): Promise<string[]>;
  click(selector: string): Promise<void>;
  hover(selector: string): Promise<void>;
  /** Types into an element that takes text. */
  fill(selector: string, text: string): Promise<void>;
  /** Keys by their names, one after another: `press('Control+Period', 'Enter')`. */
  press(...keys: readonly string[]): Promise<void>;
  /** Serious and lesser breaches of WCAG 2.2 AA in this document, each in one line; empty is good. */
  accessibilityProblems(selector?: string): Promise<string[]>;
};

/** What only VS Code's window itself can do. */
export type WindowCalls = DocumentCalls & {
  /** Writes `test/evidence/<theme>-<name>.png`, of the window or of one element, and returns its path. */
  screenshot(name: string, selector?: string): Promise<string>;
  /** Rests the mouse on the first place in the open editors where this text stands. */
  hoverText(text: string): Promise<void>;
  moveMouse(x: number, y: number): Promise<void>;
};

/** Runs a self-contained function in the document, like Playwright's `evaluate`. */
export type Evaluate = <Argument, Value>(
  inDocument: (argument: Argument) => Value,
  argument?: Argument,
) => Promise<Awaited<Value>>;

export type PageRequest = {
  /** Selector of something in the web view meant; absent: VS Code's window. */
  readonly webview?: string;
  readonly call: keyof WindowCalls | 'evaluate';
  readonly parameters: readonly unknown[];
};

export type PageAnswer = { readonly value?: unknown } | { readonly error: string };
