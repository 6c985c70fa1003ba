/** The scorecard's page: a verdict, its numbers, the diff and every replayed sample. Text only ever enters as text. */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import type { SampleResult, Verdict } from '../server/model/verdict.ts';
import type { FixProposal } from '../server/protocol/messages.ts';
import type { FromScorecard, ToScorecard } from '../server/protocol/scorecard.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromScorecard): void };

type Proposal = Extract<FixProposal, { ok: true }>;

const vscode = acquireVsCodeApi();
const root = document.getElementById('scorecard') as HTMLElement;

window.addEventListener('message', ({ data }: MessageEvent<ToScorecard>) => {
  if (data.type === 'proposal') render(scorecard(data.proposal), root);
});
vscode.postMessage({ type: 'ready' });

function scorecard(proposal: Proposal): TemplateResult {
  const verdict = proposal.verdict;
  return html`
    <header class="card">
      ${headline(verdict)}
      ${verdict.method === 'replayed' ? replayBlocks(verdict) : nothing}
      ${alsoChecked(verdict)}
    </header>
    <p class="why">${verdict.why}</p>
    <p class="rationale">${proposal.title}. ${proposal.rationale}</p>
    ${
      verdict.notes.length === 0
        ? nothing
        : html`<ul class="notes">${verdict.notes.map((note) => html`<li>${note}</li>`)}</ul>`
    }
    ${buttons(verdict)} ${diff(proposal)} ${samples(verdict)}
  `;
}

const MARK = {
  accept: 'pass-filled',
  reject: 'error',
  inconclusive: 'question',
  'not-validated': 'circle-slash',
} as const;

function headline(verdict: Verdict): TemplateResult {
  const how = verdict.method === 'replayed' ? 'replayed · single step' : 'static proof, not replayed';
  return html`<section>
    <h1 class=${verdict.result}>
      <span class="codicon codicon-${MARK[verdict.result]}" aria-hidden="true"></span>
      <span class="result">${verdict.result.replace('-', ' ')}</span>
    </h1>
    <p>${how}${verdict.model === null ? '' : ` · ${verdict.model}`}</p>
    ${verdict.look > 1 ? html`<p>look ${verdict.look}</p>` : nothing}
  </section>`;
}

function replayBlocks(verdict: Verdict): TemplateResult {
  const { failing, passing } = verdict;
  return html`
    <section>
      <h2>${failing.n} recorded failures</h2>
      <p>old wording repeats ${failing.oldRepeats} · edit <b>${failing.newRepeats}</b></p>
      ${bar([
        ['fixed', failing.fixed],
        ['still failing', failing.stillFailing],
        ['newly failing', failing.newlyFailing],
        ['not reproduced', failing.notReproduced],
        ['diverged', failing.diverged],
        ['errors', failing.errors],
      ])}
      <p>${failing.newlyFailing} newly failing · ${failing.diverged} diverged ·
        p ${verdict.pValue === null ? 'n/a' : `= ${verdict.pValue.toPrecision(2)}`}</p>
    </section>
    <section>
      <h2>${passing.n} passing runs</h2>
      <p>kept <b>${passing.kept}</b> · broken <b>${passing.broken}</b> · diverged ${passing.diverged}</p>
      ${bar([
        ['kept', passing.kept],
        ['broken', passing.broken],
        ['newly passing', passing.newlyPassing],
        ['not reproduced', passing.notReproduced],
        ['diverged', passing.diverged],
        ['errors', passing.errors],
      ])}
      <p>${
        verdict.breakRateUpperBound === null
          ? 'no bound'
          : `worst case ${percent(verdict.breakRateUpperBound)} breakage (95 %)`
      }, margin ${percent(verdict.margin)}</p>
    </section>
    <section>
      <h2>Expected</h2>
      ${
        verdict.expectedDrop === null
          ? html`<p>no projection: no interval could be computed</p>`
          : html`<p>this failure <b>−${percent(verdict.expectedDrop.mid)}</b></p>
            <p>(${percent(verdict.expectedDrop.low)} to ${percent(verdict.expectedDrop.high)})</p>
            <p>at the replayed step, if traffic stays as recorded</p>`
      }
    </section>
  `;
}

function alsoChecked(verdict: Verdict): TemplateResult {
  const { static: proof, cost } = verdict;
  return html`<section>
    <h2>Also checked</h2>
    <p>${proof.callsRevalidated} recorded calls re-validated: ${proof.goodCallsNowRejected} good ones now rejected,
      ${proof.badCallsNowRejected} bad ones now rejected</p>
    <p>${cost.requests} requests, ${cost.fromCache} from cache · ${cost.tokensIn + cost.tokensOut} tokens ·
      ${cost.usd === null ? 'price unknown' : `$${cost.usd.toFixed(2)}`}</p>
  </section>`;
}

/** Lengths say the shares; the label says them to a screen reader. */
function bar(parts: readonly (readonly [string, number])[]): TemplateResult {
  const label = parts.map(([name, count]) => `${count} ${name}`).join(', ');
  return html`<div class="bar" role="img" aria-label=${label} title=${label}>
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">${segments(parts)}</svg>
  </div>`;
}

function segments(parts: readonly (readonly [string, number])[]): TemplateResult[] {
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  let x = 0;
  return parts.map(([name, count]) => {
    const width = total === 0 ? 0 : (100 * count) / total;
    const segment = svg`<rect class=${name.replaceAll(' ', '-')} x=${x} y="0" width=${width} height="6"></rect>`;
    x += width;
    return segment;
  });
}

function buttons(verdict: Verdict): TemplateResult {
  const apply =
    verdict.result === 'reject'
      ? nothing
      : html`<button class=${verdict.result === 'accept' ? 'primary' : ''} @click=${() => vscode.postMessage({ type: 'apply' })}>
          ${verdict.result === 'accept' ? 'Apply' : 'Apply anyway…'}
        </button>`;
  return html`<nav>
    ${apply}
    <button @click=${() => vscode.postMessage({ type: 'discard' })}>
      ${verdict.result === 'reject' ? 'Close' : 'Discard'}
    </button>
    <button @click=${() => vscode.postMessage({ type: 'diff' })}>Open in diff editor</button>
  </nav>`;
}

function diff(proposal: Proposal): TemplateResult {
  const lines = proposal.diff.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1);
  const kind = (line: string) =>
    /^(---|\+\+\+|diff|Index|=+)/.test(line)
      ? 'meta'
      : line[0] === '+'
        ? 'added'
        : line[0] === '-'
          ? 'removed'
          : line[0] === '@'
            ? 'meta'
            : '';
  return html`<pre class="diff" tabindex="0" aria-label="Proposed edit of ${proposal.file}">${lines.map(
    (line) => html`<span class=${kind(line)}>${line}\n</span>`,
  )}</pre>`;
}

function samples(verdict: Verdict): TemplateResult | typeof nothing {
  if (verdict.samples.length === 0) return nothing;
  return html`<h2 id="samples">Samples <small>each answer of both wordings; select a run to open it</small></h2>
    <table aria-labelledby="samples">
      <thead><tr><th>run</th><th>recorded</th><th>old wording</th><th>edit</th><th>end</th></tr></thead>
      <tbody>${verdict.samples.map(sampleRow)}</tbody>
    </table>`;
}

function sampleRow(sample: SampleResult): TemplateResult {
  const answers = (graded: SampleResult['oldAnswers']) => html`
    <span aria-label=${graded.map(({ grade }) => grade).join(', ')}>${graded.map(({ grade }) => SIGN[grade]).join(' ')}</span>
    <code>${graded[0]?.action ?? ''}</code>`;
  return html`<tr>
    <td><a href="#" @click=${(event: Event) => {
      event.preventDefault();
      vscode.postMessage({ type: 'run', run: sample.runId, message: sample.message });
    }}>${sample.runId}</a></td>
    <td><code>${sample.recorded}</code></td>
    <td>${answers(sample.oldAnswers)}</td>
    <td>${answers(sample.newAnswers)}</td>
    <td class=${sample.end}>${sample.end.replaceAll('-', ' ')}</td>
  </tr>`;
}

const SIGN = { pass: '✓', fail: '✗', diverged: '↯', error: '!' } as const;

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
