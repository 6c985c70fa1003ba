/** The secret of one endpoint; it goes to that endpoint and to no other. */
export interface ModelKey {
  /** As `endpointOrigin` gives it. */
  readonly origin: string;
  readonly secret: string;
}

/** Scheme, host and port, which decide who receives a key; null when the text is no http(s) URL. */
export function endpointOrigin(endpoint: string): string | null {
  if (!URL.canParse(endpoint)) return null;
  const { protocol, origin } = new URL(endpoint);
  return protocol === 'http:' || protocol === 'https:' ? origin : null;
}
