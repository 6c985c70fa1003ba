import { MONEY_SCENARIOS } from './moneyScenarios.ts';
import type { ScenarioKind } from './scenario.ts';
import { SERVICE_SCENARIOS } from './serviceScenarios.ts';

/** Conversations of the portfolio advisor. The order is that of the README's table. */
export const ADVISOR_SCENARIOS: readonly ScenarioKind[] = [...MONEY_SCENARIOS, ...SERVICE_SCENARIOS];
