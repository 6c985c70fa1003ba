// install.mjs is plain JavaScript because it runs before TypeScript can.
export const projectNode: string;
export function installModules(): void;
export function outsideNpm(): Record<string, string>;
