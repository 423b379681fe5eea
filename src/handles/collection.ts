/** What there are several of, each with an id: services, instances, aggregates, migrations, cells, and so on. */

import type { ControlClient } from './client.ts'

/** Read, and take away. */
export class Listed<View> {
  /** @internal */
  protected readonly client: ControlClient
  /** @internal `/services` */
  protected readonly path: string
  readonly #key: string

  /** @internal @param key what holds the list in the answer */
  constructor(client: ControlClient, path: string, key: string) {
    this.client = client
    this.path = path
    this.#key = key
  }

  /** All of them. */
  async list(): Promise<View[]> {
    const answer = await this.client.ask<Record<string, View[]>>('GET', this.path)
    return answer[this.#key] ?? []
  }

  /** One of them, by any id that the route takes. @throws {NovasimError} 404: there is none, and which there are */
  get(id: string | number): Promise<View> {
    return this.client.ask('GET', this.at(id))
  }

  /** Take it away. @throws {NovasimError} 404: there is none; 409: it cannot be done now */
  async delete(id: string | number): Promise<void> {
    await this.client.ask('DELETE', this.at(id))
  }

  /** @internal */
  protected at(id: string | number): string {
    return `${this.path}/${encodeURIComponent(id).replaceAll('%40', '@')}`
  }
}

/** And change. */
export class Changeable<View, Change> extends Listed<View> {
  /** Change what is named; the rest stays. @throws {NovasimError} 400: malformed; 404: there is none; 409: it cannot be */
  update(id: string | number, change: Change): Promise<View> {
    return this.client.ask('PATCH', this.at(id), change)
  }
}

/** And make. */
export class Collection<View, New, Change> extends Changeable<View, Change> {
  /** Make one. @throws {NovasimError} 400: malformed; 409: it cannot be */
  create(wanted: New): Promise<View> {
    return this.client.ask('POST', this.path, wanted)
  }
}
