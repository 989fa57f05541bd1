/** Calls of a cloud's message service: resources, page tokens, field masks, acknowledgements up while messages flow down. */

import type { PubsubMessage, ReceivedMessage, Snapshot, Subscription, Topic } from "../../.generated/schemas/pubsub/v1/pubsub.ts";
import type { RealCall } from "../real-schemas.test.ts";

const topic: Topic = {
  name: "projects/shop/topics/orders",
  labels: { env: "prod", __proto__key: "no trap", "a.b": "$c" },
  message_storage_policy: { allowed_persistence_regions: ["europe-west3", "europe-west4"] },
  kms_key_name: "",
};
const message: PubsubMessage = {
  data: Uint8Array.from({ length: 256 }, (_, at) => at),
  attributes: { kind: "placed", "": "empty key" },
  message_id: "8125416423",
  publish_time: new Date("2024-02-29T23:59:59.999Z"),
  ordering_key: "ann",
};
const bare: PubsubMessage = { data: new Uint8Array(), attributes: { only: "attributes" }, message_id: "", ordering_key: "" };
const subscription: Subscription = {
  name: "projects/shop/subscriptions/mail",
  topic: topic.name,
  push_config: {
    push_endpoint: "https://mail.example.com/push",
    attributes: { "x-goog-version": "v1" },
    authentication_method: { kind: "oidc_token", service_account_email: "mail@shop.example.com", audience: "mail" },
  },
  ack_deadline_seconds: 600,
  retain_acked_messages: true,
  message_retention_duration: { seconds: 604_800n, nanos: 0 },
  labels: {},
  enable_message_ordering: true,
  expiration_policy: { ttl: { seconds: 315_576_000_000n, nanos: 999_999_999 } },
  dead_letter_policy: { dead_letter_topic: "projects/shop/topics/dead", max_delivery_attempts: 5 },
};
const least: Subscription = {
  name: "s",
  topic: "_deleted-topic_",
  ack_deadline_seconds: 0,
  retain_acked_messages: false,
  labels: {},
  enable_message_ordering: false,
  expiration_policy: {},
};
const snapshot: Snapshot = {
  name: "projects/shop/snapshots/before",
  topic: topic.name,
  expire_time: new Date(-1),
  labels: { by: "ann" },
};
const received: ReceivedMessage[] = [
  { ack_id: "RVNEUAYWLF1GSFE3GQhoUQ5P", message, delivery_attempt: 1 },
  { ack_id: "b", delivery_attempt: 0 },
];
const page = { page_size: 100, page_token: "CAUQAA" };

export const publisherCalls: readonly RealCall[] = [
  { method: "CreateTopic", given: [topic], answer: topic },
  { method: "UpdateTopic", given: [{ topic, update_mask: { paths: ["labels", "kms_key_name"] } }], answer: topic },
  {
    method: "Publish",
    given: [{ topic: topic.name, messages: [message, bare] }],
    answer: { message_ids: ["8125416423", "8125416424"] },
  },
  { method: "GetTopic", given: [{ topic: topic.name }], answer: topic },
  { method: "ListTopics", given: [{ project: "projects/shop", ...page }], answer: { topics: [topic], next_page_token: "next" } },
  {
    method: "ListTopicSubscriptions",
    given: [{ topic: topic.name, ...page }],
    answer: { subscriptions: [subscription.name], next_page_token: "" },
  },
  {
    method: "ListTopicSnapshots",
    given: [{ topic: topic.name, ...page }],
    answer: { snapshots: [], next_page_token: "" },
  },
  { method: "DeleteTopic", given: [{ topic: topic.name }], answer: {} },
];

export const subscriberCalls: readonly RealCall[] = [
  { method: "CreateSubscription", given: [subscription], answer: subscription },
  { method: "GetSubscription", given: [{ subscription: "s" }], answer: least },
  {
    method: "UpdateSubscription",
    given: [{ subscription: least, update_mask: { paths: ["ack_deadline_seconds"] } }],
    answer: { ...least, ack_deadline_seconds: 10 },
  },
  {
    method: "ListSubscriptions",
    given: [{ project: "projects/shop", page_size: 0, page_token: "" }],
    answer: { subscriptions: [subscription, least], next_page_token: "CAUQAA" },
  },
  { method: "DeleteSubscription", given: [{ subscription: "s" }], answer: {} },
  { method: "ModifyAckDeadline", given: [{ subscription: "s", ack_ids: ["a", "b"], ack_deadline_seconds: 0 }], answer: {} },
  { method: "Acknowledge", given: [{ subscription: "s", ack_ids: [] }], answer: {} },
  {
    method: "Pull",
    given: [{ subscription: "s", return_immediately: true, max_messages: 10 }],
    answer: { received_messages: received },
  },
  { method: "Pull", given: [{ subscription: "s", max_messages: 1 }], answer: { received_messages: [] } },
  {
    method: "StreamingPull",
    given: [
      [
        {
          subscription: "s",
          ack_ids: [],
          modify_deadline_seconds: [],
          modify_deadline_ack_ids: [],
          stream_ack_deadline_seconds: 10,
          client_id: "c1",
        },
        {
          subscription: "",
          ack_ids: ["a"],
          modify_deadline_seconds: [0, 60],
          modify_deadline_ack_ids: ["b", "c"],
          stream_ack_deadline_seconds: 0,
          client_id: "",
        },
      ],
    ],
    answer: [{ received_messages: received }, { received_messages: [] }, { received_messages: received.slice(1) }],
  },
  {
    method: "ModifyPushConfig",
    given: [{ subscription: "s", push_config: { push_endpoint: "", attributes: {} } }],
    answer: {},
  },
  { method: "GetSnapshot", given: [{ snapshot: snapshot.name }], answer: snapshot },
  {
    method: "ListSnapshots",
    given: [{ project: "projects/shop", ...page }],
    answer: { snapshots: [snapshot, { name: "", topic: "", labels: {} }], next_page_token: "" },
  },
  { method: "CreateSnapshot", given: [{ name: snapshot.name, subscription: "s", labels: { by: "ann" } }], answer: snapshot },
  { method: "UpdateSnapshot", given: [{ snapshot, update_mask: { paths: [] } }], answer: snapshot },
  { method: "DeleteSnapshot", given: [{ snapshot: snapshot.name }], answer: {} },
  { method: "Seek", given: [{ subscription: "s", target: { kind: "time", time: new Date(8.64e15) } }], answer: {} },
  { method: "Seek", given: [{ subscription: "s", target: { kind: "snapshot", snapshot: snapshot.name } }], answer: {} },
  { method: "Seek", given: [{ subscription: "s" }], answer: {} },
];
