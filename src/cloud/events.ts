/** What operations report having changed. */

export type CloudEvent =
  | {
      type: `service.${'registered' | 'updated' | 'deleted' | 'started' | 'stopped' | 'hung' | 'resumed'}`
      uuid: string
      binary: string
      host: string
    }
  /** Of a process whose service was deleted before. */
  | { type: `process.${'stopped' | 'hung' | 'resumed' | 'forgotten'}`; binary: string; host: string }
  | { type: `resource-provider.${'created' | 'updated' | 'removed'}`; uuid: string; name: string }
  | { type: `resource-class.${'created' | 'updated' | 'deleted'}`; name: string }
  | { type: `trait.${'created' | 'deleted'}`; name: string }
  | { type: `allocations.${'set' | 'removed'}`; consumer: string }
  | { type: `image.${'created' | 'updated'}`; id: string; name: string | null }
  | { type: `flavor.${'created' | 'updated' | 'deleted'}`; flavorId: string; name: string }
  | {
      type: `instance.${'placed' | 'updated' | 'removed'}`
      uuid: string
      name: string
      host: string | null
      status: string
    }
  | { type: `aggregate.${'created' | 'updated' | 'removed'}`; id: number; name: string }
  | { type: `task.${'begun' | 'changed' | 'ended'}`; id: number; kind: string; stage: string; instance: string }
  | { type: `migration.${'recorded' | 'updated' | 'removed'}`; id: number; source: string; dest: string | null }
  | { type: `cell.${'added' | 'updated'}`; name: string; down: boolean }
  | { type: 'token.issued' | 'token.revoked'; user: string }
  | { type: 'credential.created' | 'credential.deleted'; id: string; user: string }
  | { type: 'durations.set' }
  | { type: 'clock.moved'; now: number }
