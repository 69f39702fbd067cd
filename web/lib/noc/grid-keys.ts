/** Where the arrow keys lead in a grid of rows and columns. */

export interface Place {
  row: number;
  column: number;
}

/** Null for a key that does not move. The edges hold; Home and End go to the row's ends. */
export function moved(key: string, from: Place, rows: number, columns: number): Place | null {
  const clamp = (n: number, size: number) => Math.min(Math.max(n, 0), Math.max(0, size - 1));
  const to = (row: number, column: number) => ({
    row: clamp(row, rows),
    column: clamp(column, columns),
  });
  switch (key) {
    case "ArrowRight":
      return to(from.row, from.column + 1);
    case "ArrowLeft":
      return to(from.row, from.column - 1);
    case "ArrowDown":
      return to(from.row + 1, from.column);
    case "ArrowUp":
      return to(from.row - 1, from.column);
    case "Home":
      return to(from.row, 0);
    case "End":
      return to(from.row, columns - 1);
    case "PageDown":
      return to(from.row + 10, from.column);
    case "PageUp":
      return to(from.row - 10, from.column);
    default:
      return null;
  }
}
