/** A queue whose places are used again and again: adding and taking move nothing. */

export class Ring<Item> {
  #slots: (Item | undefined)[] = []
  #first = 0
  #size = 0

  constructor(items: readonly Item[] = []) {
    for (const item of items) this.push(item)
  }

  get size(): number {
    return this.#size
  }

  push(item: Item): void {
    if (this.#size === this.#slots.length) this.#grow()
    const place = this.#first + this.#size++
    this.#slots[place < this.#slots.length ? place : place - this.#slots.length] = item
  }

  /** Take the oldest. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined
    const item = this.#slots[this.#first]
    this.#slots[this.#first] = undefined
    this.#first = this.#first + 1 === this.#slots.length ? 0 : this.#first + 1
    this.#size--
    return item
  }

  /** One of them, counted from the oldest. */
  at(index: number): Item | undefined {
    if (index < 0 || index >= this.#size) return undefined
    return this.#slots[(this.#first + index) % this.#slots.length]
  }

  /** All of them, the oldest first. */
  list(): Item[] {
    const items: Item[] = []
    for (let index = 0; index < this.#size; index++) {
      items.push(this.#slots[(this.#first + index) % this.#slots.length] as Item)
    }
    return items
  }

  #grow(): void {
    const items = this.list()
    this.#slots = items
    this.#slots.length = Math.max(16, 2 * items.length)
    this.#slots.fill(undefined, items.length)
    this.#first = 0
  }
}
