import { commands, workspace } from 'vscode';
import { page } from './page.ts';

/** Trusts the open folder the way a user does; VS Code has no command for it. */
export async function grantTrust(): Promise<void> {
  const granted = new Promise<void>((resolve) => {
    const listener = workspace.onDidGrantWorkspaceTrust(() => {
      listener.dispose();
      resolve();
    });
  });
  await commands.executeCommand('workbench.trust.manage');
  await page.click('.workspace-trust-editor >> text="Trust"');
  await granted;
}
