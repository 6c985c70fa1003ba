import type { Intent } from '../action.ts';
import { convertCurrency } from './convertCurrency.ts';
import { forecast } from './forecast.ts';
import { gain } from './gain.ts';
import { handoff } from './handoff.ts';
import { holdings } from './holdings.ts';
import { news } from './news.ts';
import { order } from './order.ts';
import { orderStatus } from './orderStatus.ts';
import { pastPrice } from './pastPrice.ts';
import { plan } from './plan.ts';
import { priceHistory } from './priceHistory.ts';
import { quote } from './quote.ts';
import { review } from './review.ts';
import { tax } from './tax.ts';
import { transactions } from './transactions.ts';

/** In the order in which they are tried: the first that matches decides. */
export const INTENTS: readonly Intent[] = [
  handoff,
  orderStatus,
  order,
  gain,
  forecast,
  convertCurrency,
  pastPrice,
  priceHistory,
  transactions,
  tax,
  review,
  news,
  holdings,
  plan,
  quote,
];
