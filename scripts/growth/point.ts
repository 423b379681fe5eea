/** What was measured. */

/** A question at one size. */
export interface Answered {
  name: string
  hot: boolean
  /** In the middle of all. */
  ms: number
  /** The longest that nobody else had a turn, in the middle of three rounds. */
  blockMs: number
  /** Of the bodies that came back. */
  bytes: number
  /** Bytes for each time. */
  allocated: number
}

/** One size of a dimension. */
export interface Point {
  size: number
  /** What it took to make it. */
  madeMs: number
  /** Bytes that are in use once it is made. */
  held: number
  answered: Answered[]
}

/** What one process measures of a size; another says what each question allocates. */
export interface Times extends Omit<Point, 'size' | 'answered'> {
  questions: Omit<Answered, 'allocated'>[]
}

/** A dimension, and the sizes at which it could not be made, with the reason. */
export interface Grown {
  name: string
  what: string
  points: Point[]
  failed: Map<number, string>
}
