/** Which novasim this is. */

/** Filled in by the build from package.json. */
declare const NOVASIM_VERSION: string | undefined

/** As in package.json; `development` where the sources run as they are. */
export const VERSION = typeof NOVASIM_VERSION === 'string' ? NOVASIM_VERSION : 'development'
