import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';

/** The ARNs of the signing keys that the product made in KMS for a workspace and that are not given up. */
export async function keysInKms(workspace = 'mintmark'): Promise<readonly string[]> {
  const client = new KMSClient({});
  const { Keys = [] } = await client.send(new ListKeysCommand({ Limit: 1_000 }));
  const isKept = async ({ KeyId = '' }) => {
    const { Tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId }));
    if (!Tags.some(({ TagValue }) => TagValue === workspace)) return false;
    return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState === 'Enabled';
  };
  const kept = await Promise.all(Keys.map(isKept));
  client.destroy();
  return Keys.flatMap(({ KeyArn = '' }, index) => (kept[index] === true ? [KeyArn] : []));
}
