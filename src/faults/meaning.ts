/** What a rule means, worked out once, when it is read: which requests fall under it, and what is done to them. */

import { deedOf, looksBack, withReadyMade } from './actions.ts'
import { READY_MADE } from './catalogue.ts'
import type { Meaning } from './injector.ts'
import { asksForBody, keyOf, questions } from './match.ts'
import type { FaultRule, Match } from './rule.ts'

export function meaningOf(rule: FaultRule): Meaning {
  const match = matchOf(rule)
  const { delay, message = '' } = withReadyMade(rule.do)
  return {
    key: keyOf(match),
    questions: questions(match),
    nth: match.nth,
    readsBody: asksForBody(match) || /\{(host|binary)\}/.test(message),
    back: looksBack(rule.do),
    delay,
    deed: deedOf(rule.do),
  }
}

/** What a rule asks for, and beside it what the ready-made fault does where the rule does not say which requests it means. */
export function matchOf({ match, do: doing }: FaultRule): Match {
  const ready = doing.fault === undefined ? undefined : READY_MADE[doing.fault]?.match
  if (!ready) return match
  const { method, path, operation, face, ...rest } = ready
  const saysWhich = [match.method, match.path, match.operation, match.face].some((each) => each !== undefined)
  return { ...(saysWhich ? rest : ready), ...match }
}
