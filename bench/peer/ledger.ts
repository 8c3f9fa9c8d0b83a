/** The API that both contenders issue tokens for. */
export const LEDGER = 'https://api.example.com/ledger';
/** The permission of that API. */
export const SCOPE = 'read:ledger';
/** The lifetime of its tokens. */
export const LIFETIME_SECONDS = 3_600;
