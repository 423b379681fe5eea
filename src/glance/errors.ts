/** Why Glance turns a request down. WebOb's own pages carry its words. glance/common/exception.py */

export class GlanceError extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  /** @param message an empty one stands for WebOb's words for the status */
  constructor(status: number, message = '', headers: Record<string, string> = {}) {
    super(message)
    this.name = 'GlanceError'
    this.status = status
    this.headers = headers
  }
}

/** glance/db/sqlalchemy/api.py `_image_get` */
export function noImage(id: string): GlanceError {
  return new GlanceError(404, `No image found with ID ${id}`)
}

/** glance/common/exception.py `Forbidden`, as glance/api/policy.py `Enforcer.enforce` raises it */
export function forbidden(action: string): GlanceError {
  return new GlanceError(403, `You are not authorized to complete ${action} action.`)
}
