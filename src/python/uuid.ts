/** What oslo.utils and Python make of the text of a UUID. */

/** Dashes, braces and the prefix of a URN are let pass. oslo.utils `uuidutils.is_uuid_like` */
export function isUuidLike(text: string): boolean {
  return digitsOf(text) !== undefined
}

/** `str(uuid.UUID(text))`. Of what is no UUID, itself. */
export function normalUuid(text: string): string {
  const digits = digitsOf(text)
  return digits ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : text
}

function digitsOf(text: string): string | undefined {
  const digits = text
    .replaceAll('urn:', '')
    .replaceAll('uuid:', '')
    .replace(/^[{}]+|[{}]+$/g, '')
    .replaceAll('-', '')
    .toLowerCase()
  return /^[\da-f]{32}$/.test(digits) ? digits : undefined
}
