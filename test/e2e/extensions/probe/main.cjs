const vscode = require('vscode');

exports.activate = (context) => {
  const firstLine = new vscode.Range(0, 0, 0, 0);
  context.subscriptions.push(
    vscode.languages.registerCodeLensProvider('markdown', {
      provideCodeLenses: () => [
        new vscode.CodeLens(firstLine, { title: 'Probe lens', command: 'faultlineProbe.showPanel' }),
      ],
    }),
    vscode.languages.registerHoverProvider('markdown', {
      provideHover: (document, position) => {
        const range = document.getWordRangeAtPosition(position);
        return range && new vscode.Hover(`Probe hover: ${document.getText(range)}`, range);
      },
    }),
    vscode.commands.registerCommand('faultlineProbe.showPanel', showPanel),
  );
};

function showPanel() {
  const panel = vscode.window.createWebviewPanel('probe', 'Probe', vscode.ViewColumn.Beside, {
    enableScripts: true,
  });
  panel.webview.html = `<!doctype html><html lang="en"><title>Probe panel</title><body>
    <main id="probe"><h1>Probe panel</h1><button>Count</button><output>0</output><input aria-label="Name"></main>
    <div id="flawed"><img src="data:,"></div>
    <script>
      const output = document.querySelector('output');
      document.querySelector('button').onclick = () => (output.textContent = Number(output.textContent) + 1);
    </script></body></html>`;
}
