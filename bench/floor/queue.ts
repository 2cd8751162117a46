/** Where the minimal workflows run. */
export const FLOOR_QUEUE = 'floor';
