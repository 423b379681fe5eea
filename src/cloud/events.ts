/** What operations report having changed. */

export type CloudEvent =
  | {
      type: `service.${'registered' | 'updated' | 'deleted' | 'started' | 'stopped'}`
      uuid: string
      binary: string
      host: string
    }
  | { type: `instance.${'placed' | 'updated' | 'removed'}`; uuid: string; name: string; host: string | null }
  | { type: `aggregate.${'created' | 'updated' | 'removed'}`; id: number; name: string }
  | { type: `migration.${'recorded' | 'updated' | 'removed'}`; id: number; source: string; dest: string | null }
  | { type: `cell.${'added' | 'updated'}`; name: string; down: boolean }
  | { type: 'token.issued' | 'token.revoked'; user: string }
  | { type: 'credential.created' | 'credential.deleted'; id: string; user: string }
  | { type: 'clock.moved'; now: number }
