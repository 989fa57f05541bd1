/**
 * Which names the module of a schema file exports. `check` looks for clashes among them, `emit` declares them.
 */

import type { Fault, Message, SchemaFile, Service } from "./schema-model.ts";

/** What the names of a service are made from: one trailing `Service` is dropped, unless nothing were left. */
function serviceStem(service: Pick<Service, "name">): string {
  return service.name.endsWith("Service") && service.name.length > "Service".length ? service.name.slice(0, -7) : service.name;
}

export function serviceNames(service: Pick<Service, "name">): { description: string; handler: string; client: string } {
  const stem = serviceStem(service);
  return { description: `${stem}Service`, handler: `${stem}Handler`, client: `${stem}Client` };
}

export function faultNames(fault: Pick<Fault, "name">): { error: string; data: string } {
  return { error: fault.name, data: `${fault.name}Data` };
}

export function messageNames(message: Pick<Message, "name">): { encode: string; decode: string } {
  return { encode: `encode${message.name}`, decode: `decode${message.name}` };
}

/** Every name that the module of this file declares, in order. What it merely passes on (`file.exports`) is not among them. */
export function declaredNames(file: SchemaFile): string[] {
  return [
    ...file.services.flatMap((service) => Object.values(serviceNames(service))),
    ...file.faults.flatMap((fault) => Object.values(faultNames(fault))),
    ...file.messages.flatMap((message) => Object.values(messageNames(message))),
  ];
}
