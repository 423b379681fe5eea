/** Times as the `iso8601` package reads them, which is what oslo.utils asks. iso8601/iso8601.py `parse_date` */

const DATE =
  /^(?<year>\d{4})(?:(?:-(?<monthdash>\d{1,2})|(?<month>\d{2})(?!\n?$))(?:(?:-(?<daydash>\d{1,2})|(?<day>\d{2}))(?:[ T](?<hour>\d{2})(?::?(?<minute>\d{2}))?(?::?(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?)?(?<zone>Z|(?<sign>[-+])(?<zoneHour>\d{2}):?(?<zoneMinute>\d{2})?)?)?)?)?\n?$/

/** The moment in milliseconds since 1970; what says no zone is UTC. Undefined where Python raises ValueError. */
export function parseIsoTime(text: string): number | undefined {
  const found = DATE.exec(text)?.groups
  if (!found) return undefined
  const part = (name: string, otherwise: number) => Number(found[name] ?? otherwise)
  const [year, month] = [part('year', 0), part('month', part('monthdash', 1))]
  const [day, hour] = [part('day', part('daydash', 1)), part('hour', 0)]
  const [minute, second] = [part('minute', 0), part('second', 0)]
  const zone = part('zoneHour', 0) * 60 + part('zoneMinute', 0)
  if (year < 1 || hour > 23 || minute > 59 || second > 59 || zone >= 24 * 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const ms = Math.floor(Number(`0.${found.fraction ?? 0}`) * 1000)
  const minutes = hour * 60 + minute - (found.sign === '-' ? -zone : zone)
  return date.getTime() + minutes * 60_000 + second * 1000 + ms
}
