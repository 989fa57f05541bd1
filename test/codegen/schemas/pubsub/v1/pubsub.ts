// Google Cloud Pub/Sub v1 (Publisher and Subscriber), as plain TypeScript.
// Translated from googleapis/googleapis google/pubsub/v1/pubsub.proto (Apache-2.0; commit 01c681586d8d).
//
// Shape: 2 services, 24 methods (23 unary, 1 bidirectional stream), about 40 messages. A real cloud API: page
// tokens, field masks, durations, timestamps, maps, bytes, deprecated fields, oneofs, Empty responses, and
// StreamingPull: a long-lived bidirectional stream where acknowledgements flow up while messages flow down, and
// where the server may end the stream with UNAVAILABLE at any time and expects the client to open a new one.
//
// Edited for Taut: the width aliases are imported from taut/schema (a local alias is a plain number).

import type { Int32, Int64 } from "taut/schema";

export type Bytes = Uint8Array;
export type Timestamp = Date;
export interface Duration {
  seconds: Int64;
  nanos: Int32;
}
export interface FieldMask {
  paths: string[];
}
export interface Empty {}

// ---------------------------------------------------------------- Publisher
export interface Publisher {
  CreateTopic(req: Topic): Promise<Topic>;
  UpdateTopic(req: UpdateTopicRequest): Promise<Topic>;
  /** NOT_FOUND when the topic does not exist */
  Publish(req: PublishRequest): Promise<PublishResponse>;
  GetTopic(req: GetTopicRequest): Promise<Topic>;
  ListTopics(req: ListTopicsRequest): Promise<ListTopicsResponse>;
  ListTopicSubscriptions(req: ListTopicSubscriptionsRequest): Promise<ListTopicSubscriptionsResponse>;
  ListTopicSnapshots(req: ListTopicSnapshotsRequest): Promise<ListTopicSnapshotsResponse>;
  DeleteTopic(req: DeleteTopicRequest): Promise<Empty>;
}
export interface Topic {
  name: string;
  labels: Record<string, string>;
  message_storage_policy?: { allowed_persistence_regions: string[] };
  kms_key_name: string;
}
/** data or at least one attribute must be non-empty */
export interface PubsubMessage {
  data: Bytes;
  attributes: Record<string, string>;
  message_id: string;
  publish_time?: Timestamp;
  ordering_key: string;
}
export interface GetTopicRequest {
  topic: string;
}
export interface UpdateTopicRequest {
  topic: Topic;
  update_mask: FieldMask;
}
export interface PublishRequest {
  topic: string;
  messages: PubsubMessage[];
}
/** ids in the same order as the messages of the request */
export interface PublishResponse {
  message_ids: string[];
}
export interface ListTopicsRequest {
  project: string;
  page_size: Int32;
  page_token: string;
}
export interface ListTopicsResponse {
  topics: Topic[];
  next_page_token: string;
}
export interface ListTopicSubscriptionsRequest {
  topic: string;
  page_size: Int32;
  page_token: string;
}
export interface ListTopicSubscriptionsResponse {
  subscriptions: string[];
  next_page_token: string;
}
export interface ListTopicSnapshotsRequest {
  topic: string;
  page_size: Int32;
  page_token: string;
}
export interface ListTopicSnapshotsResponse {
  snapshots: string[];
  next_page_token: string;
}
export interface DeleteTopicRequest {
  topic: string;
}

// ---------------------------------------------------------------- Subscriber
export interface Subscriber {
  /** ALREADY_EXISTS when the subscription exists, NOT_FOUND when the topic does not */
  CreateSubscription(req: Subscription): Promise<Subscription>;
  GetSubscription(req: GetSubscriptionRequest): Promise<Subscription>;
  UpdateSubscription(req: UpdateSubscriptionRequest): Promise<Subscription>;
  ListSubscriptions(req: ListSubscriptionsRequest): Promise<ListSubscriptionsResponse>;
  DeleteSubscription(req: DeleteSubscriptionRequest): Promise<Empty>;
  ModifyAckDeadline(req: ModifyAckDeadlineRequest): Promise<Empty>;
  Acknowledge(req: AcknowledgeRequest): Promise<Empty>;
  /** long poll: waits a bounded time for a first message */
  Pull(req: PullRequest): Promise<PullResponse>;
  /** the first request names the subscription; later ones carry only acks and deadline changes */
  StreamingPull(reqs: AsyncIterable<StreamingPullRequest>): AsyncIterable<StreamingPullResponse>;
  ModifyPushConfig(req: ModifyPushConfigRequest): Promise<Empty>;
  GetSnapshot(req: GetSnapshotRequest): Promise<Snapshot>;
  ListSnapshots(req: ListSnapshotsRequest): Promise<ListSnapshotsResponse>;
  /** FAILED_PRECONDITION when the backlog is too old */
  CreateSnapshot(req: CreateSnapshotRequest): Promise<Snapshot>;
  UpdateSnapshot(req: UpdateSnapshotRequest): Promise<Snapshot>;
  DeleteSnapshot(req: DeleteSnapshotRequest): Promise<Empty>;
  Seek(req: SeekRequest): Promise<SeekResponse>;
}
export interface Subscription {
  name: string;
  topic: string;
  push_config?: PushConfig;
  ack_deadline_seconds: Int32;
  retain_acked_messages: boolean;
  message_retention_duration?: Duration;
  labels: Record<string, string>;
  enable_message_ordering: boolean;
  expiration_policy?: { ttl?: Duration };
  dead_letter_policy?: { dead_letter_topic: string; max_delivery_attempts: Int32 };
}
export interface PushConfig {
  push_endpoint: string;
  attributes: Record<string, string>;
  /** oneof with a single arm today; more may be added */
  authentication_method?: { kind: 'oidc_token'; service_account_email: string; audience: string };
}
export interface ReceivedMessage {
  ack_id: string;
  message?: PubsubMessage;
  delivery_attempt: Int32;
}
export interface GetSubscriptionRequest {
  subscription: string;
}
export interface UpdateSubscriptionRequest {
  subscription: Subscription;
  update_mask: FieldMask;
}
export interface ListSubscriptionsRequest {
  project: string;
  page_size: Int32;
  page_token: string;
}
export interface ListSubscriptionsResponse {
  subscriptions: Subscription[];
  next_page_token: string;
}
export interface DeleteSubscriptionRequest {
  subscription: string;
}
export interface ModifyPushConfigRequest {
  subscription: string;
  push_config: PushConfig;
}
export interface PullRequest {
  subscription: string;
  /** @deprecated */
  return_immediately?: boolean;
  max_messages: Int32;
}
export interface PullResponse {
  received_messages: ReceivedMessage[];
}
export interface ModifyAckDeadlineRequest {
  subscription: string;
  ack_ids: string[];
  ack_deadline_seconds: Int32;
}
export interface AcknowledgeRequest {
  subscription: string;
  ack_ids: string[];
}
export interface StreamingPullRequest {
  subscription: string;
  ack_ids: string[];
  /** same length as modify_deadline_ack_ids, else the stream ends with INVALID_ARGUMENT */
  modify_deadline_seconds: Int32[];
  modify_deadline_ack_ids: string[];
  stream_ack_deadline_seconds: Int32;
  client_id: string;
}
export interface StreamingPullResponse {
  received_messages: ReceivedMessage[];
}
export interface CreateSnapshotRequest {
  name: string;
  subscription: string;
  labels: Record<string, string>;
}
export interface UpdateSnapshotRequest {
  snapshot: Snapshot;
  update_mask: FieldMask;
}
export interface Snapshot {
  name: string;
  topic: string;
  expire_time?: Timestamp;
  labels: Record<string, string>;
}
export interface GetSnapshotRequest {
  snapshot: string;
}
export interface ListSnapshotsRequest {
  project: string;
  page_size: Int32;
  page_token: string;
}
export interface ListSnapshotsResponse {
  snapshots: Snapshot[];
  next_page_token: string;
}
export interface DeleteSnapshotRequest {
  snapshot: string;
}
export interface SeekRequest {
  subscription: string;
  target?: { kind: 'time'; time: Timestamp } | { kind: 'snapshot'; snapshot: string };
}
export interface SeekResponse {}
