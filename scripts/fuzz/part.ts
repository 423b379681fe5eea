/** What a part of the fuzzer is: where its cases come from, and what is to hold of each. */

import type fc from 'fast-check'

export interface Part<Case> {
  /** Cases, made from what is known so far: every batch asks anew. */
  cases(): fc.Arbitrary<Case>
  /**
   * Put one to novasim.
   *
   * @returns what came of it, in a few words without what differs each time
   * @throws what is a find
   */
  run(each: Case): Promise<string>
  /** One that came to something new: later cases may begin from it. */
  keep(each: Case): void
  /** As a person would want to see it. */
  shown(each: Case): string
  end?(): Promise<void>
}

/** Something that must not be: what is thrown for a property that does not hold. */
export class Find extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Find'
  }
}

/** What a message says, without names, numbers and what was quoted: two that differ in these alone are alike. */
export function gist(message: string): string {
  return message
    .replace(/\n.*$/s, '')
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '…')
    .replace(/[\w.-]*\d[\w.-]*/g, '#')
    .slice(0, 100)
}

/** Fail with what took longer than it may. A machine that others use is slow at times, so it is given a second chance. */
export async function within<Value>(ms: number, run: () => Value | Promise<Value>): Promise<Value> {
  const took = async (): Promise<[Value, number]> => {
    const began = performance.now()
    return [await run(), performance.now() - began]
  }
  const [value, first] = await took()
  if (first <= ms) return value
  const [, second] = await took()
  if (second <= ms) return value
  throw new Find(`it took ${Math.round(second)} ms, and ${ms} are the most`)
}
