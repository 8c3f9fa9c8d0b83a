/** Where the story takes place. */
interface Place {
  readonly url: string;
  readonly adminFile: string;
}

/** Prints the whole story as commands to paste; they need nothing but a POSIX shell, curl and node. */
export function printStory(place: Place): void {
  console.log('');
  console.log('Paste this into another terminal, line by line or all at once:');
  console.log('');
  console.log(storyCommands(place));
}

/** From the administrator's credentials to a token that is taken back. */
function storyCommands({ url, adminFile }: Place): string {
  const api = 'https://api.example.com/reports';
  return `M=${url}
get() { node -pe "JSON.parse(require('fs').readFileSync(0)).$1"; }
ID=$(get clientId < '${adminFile}') SECRET=$(get clientSecret < '${adminFile}')

# 1. a token for the management API
ADMIN=$(curl -s $M/oauth/token -u "$ID:$SECRET" -d grant_type=client_credentials | get access_token)
post() { curl -s -X POST "$M$1" -H "Authorization: Bearer $ADMIN" -H 'Content-Type: application/json' -d "$2"; }
remove() { curl -s -X DELETE "$M$1" -H "Authorization: Bearer $ADMIN"; }

# 2. an API with its permissions, a role, a tenant
API=$(post /v1/apis '{"identifier":"${api}","name":"Reports","permissions":[{"value":"read:reports"},{"value":"write:reports"}]}'); echo "$API"
ROLE=$(post /v1/roles '{"key":"reports-reader","name":"Reports reader","level":100,"permissions":[{"api":"${api}","value":"read:reports"}]}' | get id)
TENANT=$(post /v1/tenants '{"name":"Acme"}' | get id)

# 3. an API token of the tenant, whose secret is shown this once
TOKEN=$(post /v1/tenants/$TENANT/api-tokens '{"description":"nightly export","roleIds":["'$ROLE'"]}'); echo "$TOKEN"
CLIENT=$(echo "$TOKEN" | get clientId) CLIENT_SECRET=$(echo "$TOKEN" | get clientSecret)

# 4. the machine trades it for an access token and calls the API
ACCESS=$(curl -s $M/oauth/token -u "$CLIENT:$CLIENT_SECRET" -d grant_type=client_credentials -d audience=${api} | get access_token)
curl -s $M/reports -H "Authorization: Bearer $ACCESS"; echo
curl -s -X POST $M/reports -H "Authorization: Bearer $ACCESS"; echo   # no write:reports: Forbidden

# 5. what the token is worth, before and after it is taken back
curl -s $M/oauth/introspect -u "$CLIENT:$CLIENT_SECRET" -d token=$ACCESS; echo
curl -s $M/oauth/revoke -u "$CLIENT:$CLIENT_SECRET" -d token=$ACCESS
curl -s $M/oauth/introspect -u "$CLIENT:$CLIENT_SECRET" -d token=$ACCESS; echo

# 6. delete the API token: nothing can be exchanged for it any more
remove /v1/tenants/$TENANT/api-tokens/$CLIENT
curl -s $M/oauth/token -u "$CLIENT:$CLIENT_SECRET" -d grant_type=client_credentials; echo

# 7. delete the rest, so that nothing is in the way of the next time
remove /v1/tenants/$TENANT
remove /v1/roles/$ROLE
remove /v1/apis/$(echo "$API" | get id)
`;
}
