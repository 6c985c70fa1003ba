import { apology, call, type Intent, reply, resultOf } from '../action.ts';

/** "Tell me when order O-1234 is filled": asks again while the answer is "pending", as a poller should. */
export const orderStatus: Intent = {
  name: 'order-status',
  matches: ({ userText }) => /\border O-\d+/.test(userText),
  next(situation, chance) {
    const last = situation.steps.findLast((step) => step.name === 'get_order_status');
    const failed = apology(last?.result ?? null);
    if (failed !== null) return failed;
    const { status } = resultOf(last?.result ?? null);
    if (last !== undefined && (status !== 'pending' || situation.steps.length >= 6)) {
      return reply(`The order is ${String(status)}.`);
    }
    return call(situation, chance, 'get_order_status', {
      order_id: /\bO-\d+/.exec(situation.userText)?.[0] ?? '',
    });
  },
};
