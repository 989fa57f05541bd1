/**
 * The formats of `@format`: the texts that each lets through.
 *
 * Regular expressions here run on a peer's texts: none of them can take more than linear time.
 */

import { isUuid } from "../bson/uuid.ts";

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": isDateTime,
  date: isDate,
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: isUri,
  uuid: isUuid,
};

/** True when the text is of the format. A format that this version does not know lets everything through. */
export function hasFormat(format: string, text: string): boolean {
  return Object.hasOwn(formats, format) ? (formats[format]?.(text) ?? true) : true;
}

const dateParts = /^(\d{4})-(\d{2})-(\d{2})$/;
const timeParts = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339, full-date. */
function isDate(text: string): boolean {
  const match = dateParts.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  return month >= 1 && month <= 12 && day >= 1 && day <= (monthDays[month - 1] ?? 0) + leap;
}

/** RFC 3339, date-time. A leap second is let through at the end of any hour: zones move it. */
function isDateTime(text: string): boolean {
  if (text.length < 20 || !/[Tt ]/.test(text.charAt(10)) || !isDate(text.slice(0, 10))) return false;
  const match = timeParts.exec(text.slice(11));
  if (match === null) return false;
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return hour <= 23 && minute <= 59 && (second <= 59 || (second === 60 && minute === 59)) && zoneHour <= 23 && zoneMinute <= 59;
}

/** Local part of RFC 5321 without quotes, and a host name. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > 254) return false;
  return /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(text.slice(0, at)) && isHostname(text.slice(at + 1));
}

/** RFC 1123. */
function isHostname(text: string): boolean {
  return (
    text.length > 0 && text.length <= 253 && text.split(".").every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label))
  );
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291, without a zone. */
function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [i, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [j, part] of parts.entries()) {
      const isLast = i === halves.length - 1 && j === parts.length - 1;
      if (isLast && part.includes(".")) {
        if (!isIpv4(part)) return false;
        groups += 2;
      } else if (/^[\da-f]{1,4}$/i.test(part)) {
        groups += 1;
      } else {
        return false;
      }
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** RFC 3986: a scheme, and none but allowed characters. */
function isUri(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})*$/i.test(text);
}
