import { UsageError } from './usageError.ts';

/**
 * The endpoint of `fix` and `replay`: the flag, else the environment; an empty one means none. A key
 * alone, without an endpoint, never leads to a request. Throws `UsageError`, which names where the URL
 * came from and repeats neither a password nor a query of it.
 */
export function readEndpoint(flag: string | null, environment: NodeJS.ProcessEnv): string | null {
  const source = flag === null ? 'OPENAI_BASE_URL' : '--model-endpoint';
  const url = (flag ?? environment.OPENAI_BASE_URL ?? '').trim();
  if (url === '') return null;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new UsageError(`${source} must be an http(s) URL that ends in /v1, not "${withoutSecrets(url)}"`);
  }
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new UsageError(
      `${source} must hold no user name or password (${withoutSecrets(url)}); the key comes from OPENAI_API_KEY`,
    );
  }
  return url.replace(/\/+$/, '');
}

/** For messages: without user info and query, whether or not it is a URL. */
function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/+)?.*@/is, '$1').replace(/[?#].*$/s, '');
}
