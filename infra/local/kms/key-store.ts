import * as z from 'zod';
import { aliasArn, keyArn } from './arns.ts';
import { KmsError } from './errors.ts';
import { readJsonFile, replaceJsonFile } from './json-file.ts';
import { type KeySpec, keySpecifications, keyUsages, type MaterialMaker, newMaterial } from './key-specs.ts';

/** A stored key. Its material is not encrypted, neither in memory nor in the file: it is for development only. */
const keySchema = z
  .object({
    id: z.string(),
    spec: z.enum(Object.keys(keySpecifications) as [KeySpec, ...KeySpec[]]),
    usage: z.enum(keyUsages),
    state: z.enum(['Enabled', 'Disabled', 'PendingDeletion']),
    description: z.string(),
    isMultiRegion: z.boolean(),
    createdAtSeconds: z.number(),
    deletedAtSeconds: z.number().optional(),
    tags: z
      .array(z.object({ key: z.string(), value: z.string() }))
      .readonly()
      .default([]),
    /** Undefined for KMS's default policy. No policy is enforced here. */
    policy: z.string().optional(),
    /** Key material from `KeySpecification.generate`, in base64. */
    material: z.base64(),
  })
  .readonly();

const aliasSchema = z
  .object({ name: z.string(), targetKeyId: z.string(), createdAtSeconds: z.number(), updatedAtSeconds: z.number() })
  .readonly();

const stateSchema = z
  .object({ keys: z.array(keySchema).readonly(), aliases: z.array(aliasSchema).readonly() })
  .readonly();

/** A stored key, with its material. */
export type StoredKey = z.infer<typeof keySchema>;
/** A stored alias: a name for a key. */
export type StoredAlias = z.infer<typeof aliasSchema>;
type State = z.infer<typeof stateSchema>;

/**
 * Keys and aliases, in memory and, if a path is given, on disk.
 *
 * A change is on disk before it becomes visible. So a kill never loses a change that was answered.
 */
export class KeyStore {
  /** Generates the material of a new key. */
  readonly newMaterial: MaterialMaker;
  readonly #path: string | undefined;
  #state: State;

  /** @throws Error if the file exists and is not a key file: to start empty would lose its keys */
  constructor(path?: string, makeMaterial = newMaterial) {
    this.newMaterial = makeMaterial;
    this.#path = path;
    this.#state = path === undefined ? { keys: [], aliases: [] } : readState(path);
  }

  /** All keys that are not deleted. The deletion date is checked here, because no timer removes a key. */
  get keys(): readonly StoredKey[] {
    const nowSeconds = Date.now() / 1000;
    return this.#state.keys.filter((key) => key.deletedAtSeconds === undefined || key.deletedAtSeconds > nowSeconds);
  }

  /** All aliases of keys that are not deleted. */
  get aliases(): readonly StoredAlias[] {
    const keyIds = new Set(this.keys.map((key) => key.id));
    return this.#state.aliases.filter((alias) => keyIds.has(alias.targetKeyId));
  }

  /**
   * Finds the key that a member `KeyId` names, by key id, key ARN, alias name or alias ARN.
   *
   * @throws KmsError NotFoundException
   */
  key(keyId: string): StoredKey {
    return this.keyByIdOrArn(isAlias(keyId) ? this.alias(keyId).targetKeyId : keyId);
  }

  /**
   * Finds a key by key id or key ARN, for operations that refuse aliases.
   *
   * @throws KmsError NotFoundException
   */
  keyByIdOrArn(keyId: string): StoredKey {
    if (isAlias(keyId)) throw new KmsError('NotFoundException', `Invalid keyId '${keyId}'`);

    const key = this.keys.find(({ id }) => id === keyId || keyArn(id) === keyId);
    if (key === undefined) {
      const arn = keyId.startsWith('arn:') ? keyId : keyArn(keyId);
      throw new KmsError('NotFoundException', `Key '${arn}' does not exist`);
    }
    return key;
  }

  /**
   * Finds an alias by name or ARN.
   *
   * @throws KmsError NotFoundException
   */
  alias(nameOrArn: string): StoredAlias {
    const alias = this.aliases.find(({ name }) => name === nameOrArn || aliasArn(name) === nameOrArn);
    if (alias === undefined) {
      const arn = nameOrArn.startsWith('arn:') ? nameOrArn : aliasArn(nameOrArn);
      throw new KmsError('NotFoundException', `Alias ${arn} is not found.`);
    }
    return alias;
  }

  /** Adds a key, or replaces the key with the same id. */
  putKey(key: StoredKey): void {
    this.#commit({ keys: [...this.keys.filter(({ id }) => id !== key.id), key], aliases: this.aliases });
  }

  /** Adds an alias, or replaces the alias with the same name. */
  putAlias(alias: StoredAlias): void {
    this.#commit({ keys: this.keys, aliases: [...this.aliases.filter(({ name }) => name !== alias.name), alias] });
  }

  /** Removes an alias. Its key stays. */
  deleteAlias(aliasName: string): void {
    this.#commit({ keys: this.keys, aliases: this.aliases.filter(({ name }) => name !== aliasName) });
  }

  #commit(next: State): void {
    if (this.#path !== undefined) replaceJsonFile(this.#path, next);
    this.#state = next;
  }
}

function isAlias(keyId: string): boolean {
  return keyId.startsWith('alias/') || /^arn:[^/]*:alias\//.test(keyId);
}

function readState(path: string): State {
  try {
    return stateSchema.parse(readJsonFile(path) ?? { keys: [], aliases: [] });
  } catch (cause) {
    throw new Error(`${path} is not a key file of the local KMS. Move it away to start without keys.`, { cause });
  }
}
