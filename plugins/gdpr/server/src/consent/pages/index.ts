export { askGuardianToConfirm, guardianAsked, guardianConfirmed } from './guardian-pages';
export { alreadyConfirmed, askToConfirm, checkInbox, confirmed, expired, unknownLink } from './confirm-pages';
export { askToUnsubscribe, unsubscribed } from './unsubscribe-pages';
