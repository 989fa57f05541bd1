/** How long a line of emitted text may be: the width that our own formatter is set to. */
export const lineWidth = 130;
