/** The rows of the table: what is asked, of how large a cloud, and how fast that is to be. */

import {
  type Answers,
  type Ask,
  FILTERED,
  HOST,
  LIST,
  LOGIN,
  listOfWorld,
  putOf,
  type Said,
  type Size,
  WORLDS,
} from './answers.ts'

export interface Row {
  name: string
  what: string
  size: Size
  /** What is asked in turn. */
  asks(answers: Answers): Ask[]
  /** What the first of them is to be answered. */
  said(answers: Answers): Said
  /** The least part of the requests per second of a bare node:http that is good enough. */
  target?: number
}

export const ROWS: Row[] = [
  { name: 'list-5', what: 'a list of 5 services', size: 5, asks: () => [LIST], said: ({ list }) => list, target: 0.8 },
  { name: 'list-1000', what: 'a list of 1,000', size: 1000, asks: () => [LIST], said: ({ list }) => list, target: 0.8 },
  {
    name: 'list-10000',
    what: 'a list of 10,000',
    size: 10_000,
    asks: () => [LIST],
    said: ({ list }) => list,
    target: 0.8,
  },
  {
    name: 'filter',
    what: `one host of 1,000 services, \`?host=${HOST}\``,
    size: 1000,
    asks: () => [FILTERED],
    said: ({ filtered }) => filtered,
    target: 0.6,
  },
  {
    name: 'put',
    what: 'PUT, and the list of 1,000 after it',
    size: 1000,
    asks: ({ uuid }) => [putOf(uuid, 'disabled'), LIST, putOf(uuid, 'enabled'), LIST],
    said: ({ put }) => put,
    target: 0.3,
  },
  { name: 'login', what: 'login', size: 5, asks: () => [LOGIN], said: ({ login }) => login, target: 0.4 },
  {
    name: 'worlds-1',
    what: 'a list of 5, in 1 world',
    size: 5,
    asks: () => [listOfWorld(0)],
    said: ({ list }) => list,
  },
  {
    name: 'worlds-100',
    what: `lists of 5, in ${WORLDS} worlds in turn`,
    size: 5,
    asks: () => Array.from({ length: WORLDS }, (_, number) => listOfWorld(number)),
    said: ({ list }) => list,
  },
]
