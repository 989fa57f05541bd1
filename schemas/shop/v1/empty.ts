/** Asks for nothing, or says nothing but that it is done. */
export interface Empty {}
