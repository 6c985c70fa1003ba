import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';

/** Replaces places in a bundle, which VS Code's extension host gives, by places in the sources. */
export function mapStack(stack: string): string {
  return stack.replaceAll(
    /([^\s()]+\.cjs):(\d+):(\d+)/g,
    (place, file: string, line: string, column: string) => {
      if (!existsSync(`${file}.map`)) return place;
      const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
      const origin = map.findOrigin(Number(line), Number(column));
      if (!('fileName' in origin)) return place;
      const source = path.relative(process.cwd(), path.resolve(path.dirname(file), origin.fileName));
      return `${source}:${origin.lineNumber}:${origin.columnNumber}`;
    },
  );
}
