export type HelpTopic = 'index' | 'runs' | 'check' | 'fix' | 'replay';

const TOPICS: Readonly<Record<HelpTopic, { readonly usage: string; readonly does: string }>> = {
  index: { usage: 'faultline index', does: 'bring the index up to date and report' },
  runs: { usage: 'faultline runs', does: 'one line of JSON a run' },
  check: { usage: 'faultline check [FILE…]', does: 'the findings an editor would show' },
  fix: { usage: 'faultline fix --finding ID', does: 'generate an edit for a finding and validate it' },
  replay: { usage: 'faultline replay --edit PATCH', does: 'validate any edit (a unified diff)' },
};

const CHECK = `  FILE…                    only findings in these files or folders: from here, or from the workspace
  --fail-on hint|information|warning       exit 1 when a finding reaches it  (off)
`;
const FIX = `  --finding ID             the finding to mend; "faultline check" lists the ids
  --strategy NAME          one of the finding's fixes                        (its first)
`;
const REPLAY = `  --edit PATCH             a unified diff against the workspace
  --regressions            instead: replay the samples kept with applied fixes
  --finding ID             judge the edit by this finding's runs             (all failures of the file)
`;
const VALIDATION = `  --apply                  write the edit when the verdict is accept         (off)
  --apply=always           write the edit in any case
  --model-endpoint URL     OpenAI-compatible, ends in /v1; key from OPENAI_API_KEY   (OPENAI_BASE_URL)
  --model NAME             instead of the model that each trace recorded
  --answers 3              answers drawn per arm and sample
  --margin 0.05            largest extra breakage accepted, as a share of passing samples
  --max-failing 80  --max-passing 120      samples at most
  --max-requests 2000  --concurrency 8     requests at most, and at once
  --seed 1                 chooses the samples
  --cassette FILE          record and replay the model's answers
`;
const EVERY = `  --workspace DIR          folder whose prompts and tools may be annotated   (.)
  --traces PATH_OR_GLOB    trace files or folders, repeatable                (setting, else traces/**, .faultline/traces/**)
  --index FILE             the DuckDB index, :memory: is allowed             (user's cache folder)
  --format text|json|ndjson                                                  (text; runs: ndjson)
  --quiet                  no progress on stderr
`;
const EXIT =
  'Exit codes: 0 done · 1 findings reached --fail-on, or a verdict was not accept · 2 wrong request or path · 130 interrupted\n';

const OWN: Readonly<Record<HelpTopic, string>> = {
  index: '',
  runs: '',
  check: CHECK,
  fix: FIX + VALIDATION,
  replay: REPLAY + VALIDATION,
};

/** Help of one command, its own options first; null = of all. */
export function helpText(topic: HelpTopic | null): string {
  if (topic !== null) {
    const { usage, does } = TOPICS[topic];
    const own = OWN[topic] === '' ? '' : `\n${OWN[topic]}`;
    return `${usage}: ${does}\n${own}\nEvery command\n${EVERY}\n${EXIT}`;
  }
  const commands = Object.values(TOPICS).map(({ usage, does }) => `  ${usage.padEnd(38)}${does}\n`);
  return `faultline: where recorded runs of an agent failed, on the lines of its prompts and tools

${commands.join('')}
Every command
${EVERY}
check
${CHECK}
fix
${FIX}
replay
${REPLAY}
fix and replay
${VALIDATION}
${EXIT}`;
}
