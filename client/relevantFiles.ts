import * as vscode from 'vscode';

/** Names that suggest a prompt or tool-definition file; traces are wherever the setting says. */
const SOURCES = [
  '**/{prompt,prompts,instructions,policies}/**/*.{md,txt}',
  '**/{*prompt*,system*,policy*,wiki}.{md,txt}',
  '**/{tools,*tools*,*tool_definitions*}{,/**/*}.json',
];
const IGNORED = '**/{node_modules,.git,dist,out,build,.venv,venv,target}/**';

export function relevantPatterns(): readonly string[] {
  const traces = vscode.workspace.getConfiguration('faultline').get<string[]>('traces', []);
  return [...traces.filter((pattern) => !/^([/\\]|[A-Za-z]:|\.\.)/.test(pattern)), ...SOURCES];
}

/** True when at least one prompt, tool-definition or trace file is in the workspace. */
export async function hasRelevantFiles(): Promise<boolean> {
  if (vscode.workspace.workspaceFolders === undefined) return false;
  for (const pattern of relevantPatterns()) {
    const found = await vscode.workspace.findFiles(pattern, IGNORED, 1);
    if (found.length > 0) return true;
  }
  return false;
}
