// The manifest against the code that it speaks of.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../server/protocol/settings.ts';
import { configurationProperties } from '../generate/manifest.ts';
import { root, textOf, typeScriptFiles } from './projectFiles.ts';
import { withoutComments } from './withoutComments.ts';

interface Manifest {
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly icon: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: unknown;
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly markdown: string };
      }[];
    }[];
  };
}

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);

function registered(): string[] {
  const code = withoutComments(textOf('client/commands/registerCommands.ts'));
  const rows = /const rows\b[\s\S]*?= \{\n([\s\S]*?)\n {2}\};/.exec(code)?.[1] ?? '';
  return [...rows.matchAll(/^\s{4}'(faultline\.\w+)':/gm)].map((match) => match[1] as string);
}

test('settings are what their rows say; `npm run generate` writes them', () => {
  expect(contributes.configuration.properties).toEqual(configurationProperties());
  expect(JSON.stringify(contributes.configuration.properties)).toBe(
    JSON.stringify(configurationProperties()),
  );
});

test('at most twelve settings, and what could redirect a key is out of a folder’s reach', () => {
  expect(Object.keys(contributes.configuration.properties).length).toBeLessThanOrEqual(12);
  expect(Object.keys(contributes.configuration.properties)).toEqual(
    Object.keys(defaultSettings).map((key) => `faultline.${key}`),
  );
  for (const key of ['faultline.model', 'faultline.replay']) {
    expect(contributes.configuration.properties[key]?.scope).toBe('machine');
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(key);
  }
});

test('commands of the manifest and of the client are the same', () => {
  expect(new Set(declared).size).toBe(declared.length);
  expect(registered().sort()).toEqual([...declared].sort());
  for (const { title, category } of contributes.commands) {
    expect(title).not.toBe('');
    expect(category).toBe('Faultline');
  }
});

test('menus, views, walkthrough and code name only commands that exist', () => {
  const known = new Set(declared);
  const inMenus = Object.entries(contributes.menus).flatMap(([menu, rows]) =>
    rows.map(({ command }) => `${menu}: ${command}`),
  );
  expect(inMenus.filter((row) => !known.has(row.replace(/^.*: /, '')))).toEqual([]);
  const links = [
    ...contributes.viewsWelcome.map(({ contents }) => contents),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
  ].flatMap((text) => [...text.matchAll(/command:(faultline\.\w+)/g)].map((match) => match[1] as string));
  expect(links.filter((command) => !known.has(command))).toEqual([]);
  // Views bring a `.focus` command of their own.
  const views = new Set(Object.values(contributes.views).flatMap((rows) => rows.map(({ id }) => id)));
  const settings = new Set(Object.keys(defaultSettings).map((key) => `faultline.${key}`));
  const inCode = typeScriptFiles()
    .filter((file) => /^(?:client|server\/lsp)\//.test(file))
    .flatMap((file) =>
      [...withoutComments(textOf(file)).matchAll(/'(faultline\.[\w.]+)'/g)].map(
        (match) => match[1] as string,
      ),
    );
  const ids = new Set([
    'faultline.status',
    'faultline.finding',
    'faultline.scorecard',
    'faultline.isSample',
    ...views,
  ]);
  const unknown = [...new Set(inCode)].filter(
    (name) =>
      !known.has(name) &&
      !settings.has(name) &&
      !ids.has(name) &&
      !views.has(name.replace(/\.focus$/, '')) &&
      !isSecretOrState(name),
  );
  expect(unknown).toEqual([]);
});

/** Names of stored values, not of commands. */
function isSecretOrState(name: string): boolean {
  return /Key$|State$/.test(name) && !name.startsWith('faultline.set');
}

test('commands that need an argument stay out of the palette', () => {
  const hidden = (contributes.menus.commandPalette ?? []).filter(({ when }) => when === 'false');
  expect(hidden.map(({ command }) => command).filter((command) => !declared.includes(command))).toEqual([]);
  const needing = registeredWithRequiredArgument();
  expect(needing.filter((command) => !hidden.some((row) => row.command === command))).toEqual([]);
});

function registeredWithRequiredArgument(): string[] {
  const code = withoutComments(textOf('client/commands/registerCommands.ts'));
  return [...code.matchAll(/'(faultline\.\w+)':\s*\((\w+):/g)].map((match) => match[1] as string);
}

test('starts with the editor and decides by itself whether there is something to read', () => {
  expect(manifest.activationEvents).toEqual(['onStartupFinished']);
  expect(manifest.main).toBe('./dist/client.cjs');
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  expect(manifest.capabilities.virtualWorkspaces).toBe(false);
});

test('files that the manifest names are there', () => {
  const named = [
    manifest.icon,
    ...Object.values(contributes.views).flatMap((rows) => rows.map(({ icon }) => icon)),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
  ];
  expect(named.filter((file) => !existsSync(`${root}/${file}`))).toEqual([]);
});

test('the editor’s types are not newer than the editor that is asked for', () => {
  const version = (text: string) =>
    text
      .replace(/^[^\d]*/, '')
      .split('.')
      .map(Number);
  const engine = version(manifest.engines.vscode);
  const types = version(
    JSON.parse(textOf('package-lock.json')).packages['node_modules/@types/vscode'].version,
  );
  expect(types[0]).toBe(engine[0]);
  expect(types[1]).toBeLessThanOrEqual(engine[1] ?? 0);
});
