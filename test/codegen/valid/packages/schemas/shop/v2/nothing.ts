interface Hidden {
  id: string;
}
export const version = 2;
export type Id = Hidden["id"];
