# Commands for the pages of this documentation. Source this file in the folder where `npm start` runs:
#
#   . ./docs/mintmark.sh
#
# It reads the administrator's credentials from ADMIN_FILE (by default .mintmark/admin.json, which `npm start` writes),
# obtains a management token, exports MINTMARK (the issuer's URL) and defines the functions below. For a deployment,
# set ADMIN_FILE first. The token ends after an hour: source this file again then. POSIX sh, curl and Node are enough.
#
# A function that fails says what was asked, what came back and what to do next, and returns 1. The lines of a block end
# in `&&`, so the block stops there. Your shell stays open, and you can always paste the block again.

# mintmark METHOD PATH [JSON] [CURL OPTIONS]: sends a management request and prints the answer.
mintmark() (
  mintmark_request "$@" || exit 1
  case $http_status in
  2*) [ -z "$body" ] || printf '%s\n' "$body" ;;
  *) mintmark_failure "$1 $2 answered $http_status" "$body" "$(mintmark_advice "$http_status")" ;;
  esac
)

# refused METHOD PATH [JSON] [CURL OPTIONS]: the same for a request that Mintmark has to refuse. Prints the refusal.
refused() (
  mintmark_request "$@" || exit 1
  case $http_status in
  4*) printf '%s\n' "$body" ;;
  *) mintmark_failure "$1 $2 answered $http_status" "$body" 'Mintmark should have refused this. Paste the page from its beginning.' ;;
  esac
)

# find_or_make PATH JSON: makes what JSON describes. If its identifier, key or email is taken, prints the existing one.
find_or_make() (
  mintmark_request POST "$1" "$2" || exit 1
  case $http_status in
  2*) printf '%s\n' "$body" ;;
  409)
    name=$(printf '%s' "$2" | field 'identifier ?? value.key ?? value.email')
    query=$(node -p 'encodeURIComponent(process.argv[1])' "$name")
    mintmark GET "$1?q=$query&limit=100" |
      NAME=$name field 'items.find((one) => [one.identifier, one.key, one.email].includes(process.env.NAME))'
    ;;
  *) mintmark_failure "POST $1 answered $http_status" "$body" "$(mintmark_advice "$http_status")" ;;
  esac
)

# exchange CLIENT_ID CLIENT_SECRET [CURL OPTIONS]: asks for an access token. Prints the answer, also a refusal.
exchange() (
  client_id=$1 client_secret=$2
  shift 2
  curl -sS -w '\n' "$MINTMARK/oauth/token" -u "$client_id:$client_secret" -d grant_type=client_credentials "$@"
)

# example: provides an API, a role that may read it, a tenant and an API token of the tenant, for the pages to work with.
# Sets API, API_ID, ROLE and TENANT; exports CLIENT_ID and CLIENT_SECRET.
example() {
  API=https://api.example.com/reports
  API_ID=$(find_or_make /v1/apis '{"identifier":"'$API'","name":"Reports",
    "permissions":[{"value":"read:reports"},{"value":"write:reports"}]}' | field id) &&
    ROLE=$(find_or_make /v1/roles '{"key":"reports-reader","name":"Reports reader","level":100,
      "permissions":[{"api":"'$API'","value":"read:reports"}]}' | field id) &&
    TENANT=$(mintmark POST /v1/tenants '{"name":"Acme"}' | field id) &&
    API_TOKEN=$(mintmark POST "/v1/tenants/$TENANT/api-tokens" \
      '{"description":"nightly export","roleIds":["'"$ROLE"'"]}') &&
    CLIENT_ID=$(echo "$API_TOKEN" | field clientId) &&
    CLIENT_SECRET=$(echo "$API_TOKEN" | field clientSecret) &&
    export CLIENT_ID CLIENT_SECRET
}

# field EXPRESSION: reads JSON and prints one member of it, such as `clientId` or `items[0].id`.
field() {
  node -e '
    const text = require("fs").readFileSync(0, "utf8");
    if (text.trim() === "") process.exit(1);
    const value = JSON.parse(text);
    const member = eval(`value.${process.argv[1]}`);
    if (member === undefined) {
      console.error(`Stopped: there is no ${process.argv[1]} in this answer\n  answer  ${text.trim()}`);
      console.error("  next    Paste the page from its beginning.");
      process.exit(1);
    }
    console.log(typeof member === "string" ? member : JSON.stringify(member));
  ' "$1"
}

# Sends a request with the management token and sets http_status and body. curl hides a token that it is given as an
# option of its own from the list of processes.
mintmark_request() {
  method=$1 target=$2
  shift 2
  case ${1-} in
  '{'*)
    json=$1
    shift
    set -- -H 'Content-Type: application/json' -d "$json" "$@"
    ;;
  esac
  if ! answer=$(curl -sS -w '\n%{http_code}' -X "$method" "$MINTMARK$target" --oauth2-bearer "$ADMIN_TOKEN" "$@"); then
    mintmark_failure "nothing answers at $MINTMARK" '' 'Run npm start in another terminal, then paste again.'
    return 1
  fi
  http_status=${answer##*
}
  body=${answer%?"$http_status"}
}

mintmark_failure() {
  printf 'Stopped: %s\n' "$1" >&2
  [ -z "$2" ] || printf '  answer  %s\n' "$2" >&2
  printf '  next    %s\n' "$3" >&2
  return 1
}

mintmark_advice() {
  case $1 in
  401) echo 'The management token has ended. Paste the page from its beginning.' ;;
  403) echo 'The administrator may not do this. Check ADMIN_FILE.' ;;
  404) echo 'Check the ids in the path. Paste the page from its beginning.' ;;
  409) echo 'The answer says what is in the way. Remove that, then paste the page from its beginning.' ;;
  429) echo 'Wait a minute, then paste again.' ;;
  5*) echo 'Look at the output of npm start, then paste again.' ;;
  *) echo 'Correct the request, then paste again. If you left out a block, paste the page from its beginning.' ;;
  esac
}

# Lets curl and Node trust the authority that `MINTMARK_HTTPS=on npm start` keeps beside ADMIN_FILE. curl trusts it for
# this Mintmark only, because --cacert takes the place of all other authorities.
mintmark_trust() {
  mintmark_authority=$(cd "$(dirname "$ADMIN_FILE")" && pwd)/authority.pem
  case $MINTMARK in
  https://localhost:*) [ -r "$mintmark_authority" ] || return 0 ;;
  *) return 0 ;;
  esac
  mintmark_trusted=$MINTMARK
  case ${NODE_EXTRA_CA_CERTS-} in
  '' | */authority.pem) export NODE_EXTRA_CA_CERTS="$mintmark_authority" ;;
  esac
  curl() {
    case "$*" in
    *"$mintmark_trusted"*) command curl --cacert "$mintmark_authority" "$@" ;;
    *) command curl "$@" ;;
    esac
  }
}

# Sets MINTMARK and ADMIN_TOKEN.
mintmark_begin() {
  ADMIN_FILE=${ADMIN_FILE:-.mintmark/admin.json}
  if [ ! -r "$ADMIN_FILE" ]; then
    mintmark_failure "there is no file $ADMIN_FILE" '' 'Run npm start in another terminal, and paste again in the same folder. Or set ADMIN_FILE.'
    return 1
  fi
  MINTMARK=$(field issuer <"$ADMIN_FILE") || return 1
  export MINTMARK
  mintmark_trust
  if ! answer=$(exchange "$(field clientId <"$ADMIN_FILE")" "$(field clientSecret <"$ADMIN_FILE")"); then
    mintmark_failure "nothing answers at $MINTMARK" '' 'Run npm start in another terminal, then paste again.'
    return 1
  fi
  case $answer in
  *'"access_token"'*) ADMIN_TOKEN=$(printf '%s' "$answer" | field access_token) ;;
  *)
    mintmark_failure "$MINTMARK gives no management token to the client of $ADMIN_FILE" "$answer" \
      'Run npm start once more, then paste again. For a deployment, make another administrator (docs/run/deploy.md).'
    ;;
  esac
}

mintmark_begin
