/** `taut/schema` is types alone; this module lets `import "taut/schema"` resolve at run time. */
export {};
