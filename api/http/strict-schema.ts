import type { z } from 'zod';

/**
 * Places in an input schema where unknown fields would slip through: every object must be a `z.strictObject`.
 * Intersections are named too, for two strict objects refuse each other's fields.
 */
export function looseParts(schema: z.core.$ZodType, place = '', seen = new Set<z.core.$ZodType>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const inside = (part: z.core.$ZodType, step = ''): string[] => looseParts(part, `${place}${step}`, seen);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const isStrict = def.catchall?._zod.def.type === 'never';
      const members = Object.entries(def.shape).flatMap(([name, member]) => inside(member, `/${name}`));
      return isStrict ? members : [place || '/', ...members];
    }
    case 'intersection':
      return [place || '/'];
    case 'array':
      return inside(def.element, '/*');
    case 'tuple':
      return [...def.items, ...(def.rest ? [def.rest] : [])].flatMap((item) => inside(item, '/*'));
    case 'union':
      return def.options.flatMap((option) => inside(option));
    case 'record':
    case 'map':
      return inside(def.valueType, '/*');
    case 'set':
      return inside(def.valueType, '/*');
    case 'pipe':
      return [...inside(def.in), ...inside(def.out)];
    case 'lazy':
      return inside(def.getter());
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
    case 'success':
    case 'promise':
      return inside(def.innerType);
    default:
      return [];
  }
}
