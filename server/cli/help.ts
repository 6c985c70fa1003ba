export const HELP = `faultline: where recorded runs of an agent failed, on the lines of its prompts and tools

  faultline index                       bring the index up to date and report
  faultline runs                        one line of JSON a run
  faultline check [FILE…]               the findings an editor would show
  faultline fix --finding ID            generate an edit for a finding and validate it
  faultline replay --edit PATCH         validate any edit (a unified diff)

Every command
  --workspace DIR          folder whose prompts and tools may be annotated   (.)
  --traces PATH_OR_GLOB    trace files or folders, repeatable                (setting, else traces/**, .faultline/traces/**)
  --index FILE             the DuckDB index, :memory: is allowed             (user's cache folder)
  --format text|json|ndjson                                                  (text; runs: ndjson)
  --model-endpoint URL     OpenAI-compatible, ends in /v1; key from OPENAI_API_KEY
  --model NAME             instead of the model that each trace recorded
  --quiet                  no progress on stderr

check      --fail-on hint|information|warning    exit 1 when a finding reaches it
fix        --strategy NAME   --apply[=always]
replay     --finding ID      --apply[=always]
both       --answers 3  --margin 0.05  --max-failing 80  --max-passing 120  --max-requests 2000
           --concurrency 8  --seed 1  --cassette FILE

Exit codes: 0 done · 1 findings reached --fail-on, or a verdict was not accept · 2 wrong request or path · 130 interrupted
`;
