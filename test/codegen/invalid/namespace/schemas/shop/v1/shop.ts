export namespace Inner {
  export interface Order {
    id: string;
  }
}

// Values are no schema's business.
export namespace Values {
  export const most = 5;
}

export interface Shop {
  get(id: string): Promise<Inner.Order>;
}
