import { apology, call, type Intent, reply, resultOf } from '../action.ts';

/** The desk agent: "I want to speak to a person about my fees." */
export const handoff: Intent = {
  name: 'handoff',
  matches: (situation) => situation.tools.has('create_ticket'),
  next(situation, chance) {
    const done = situation.steps.find((step) => step.name === 'create_ticket');
    if (done !== undefined) {
      const { ticket_id } = resultOf(done.result);
      return (
        apology(done.result) ?? reply(`A colleague will call you back. Your ticket is ${String(ticket_id)}.`)
      );
    }
    const topic = /\babout (.+?)(?:[.,?!]|$)/i.exec(situation.userText)?.[1] ?? 'a question';
    return call(situation, chance, 'create_ticket', {
      topic,
      priority: /\b(urgent|urgently|at once|immediately)\b/i.test(situation.userText) ? 'high' : 'normal',
    });
  },
};
