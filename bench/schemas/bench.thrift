// The contract of schemas/bench/v1/bench.ts in Thrift, which has no streams.
struct Small {
  1: required i32 id,
  2: required string name,
  3: required bool active
}

struct Customer {
  1: required string id,
  2: required string name,
  3: required string email
}

struct Address {
  1: required string street,
  2: required string city,
  3: required string country
}

struct Item {
  1: required string sku,
  2: required string title,
  3: required i32 qty,
  4: required double price
}

struct Order {
  1: required string id,
  2: required Customer customer,
  3: required Address address,
  4: required list<Item> items,
  // milliseconds since 1970
  5: required i64 placed,
  6: required string status,
  7: required string currency,
  8: required double total,
  9: required bool paid,
  10: optional string note
}

struct Blob {
  1: required binary data
}

service Bench {
  Small echoSmall(1: Small request),
  Order echoOrder(1: Order request),
  Blob echoBlob(1: Blob request)
}
