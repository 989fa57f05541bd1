export interface Money {
  text: string;
}
