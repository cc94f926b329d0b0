// TrueCopy, whole: one resource group, in one pass, as often as one likes.

metadata version = '0.1.0'

targetScope = 'subscription'

import { eventHub, issuer, receiver, storageSettings, verifierSignIn } from 'modules/types.bicep'
import { issuerContainer, receiverContainer } from 'modules/well-known-names.bicep'

@description('Names the environment; azd asks for it.')
@minLength(1)
@maxLength(64)
param environmentName string

@minLength(1)
param location string

@description('The registry: adding an issuer is adding an object.')
param issuers issuer[]

@description('Who takes handovers: adding a receiver is adding an object. Where there is none, nothing of handovers is deployed.')
param receivers receiver[]

@description('The log\'s name, which is signed with every checkpoint and can never change: one line of lower case, without spaces, + or a scheme.')
@minLength(3)
@maxLength(200)
param logOrigin string

param storage storageSettings

@description('Days for which deleted blobs and containers of the ledger can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteDays int

@description('Days for which the journal is write-once; 0 where it is not.')
@minValue(0)
@maxValue(146000)
param journalImmutabilityDays int

@description('True once the journal\'s policy has been locked by hand, since it cannot be written again then.')
param journalIsLocked bool = false

@description('Keeps the signing key in a hardware security module.')
param hsm bool

@description('For how long the old key signs beside the new one after a rotation.')
param keyOverlap string = '90.00:00:00'

@description('The witnesses that are asked before anything is published, as a C2SP tlog-policy file; empty for none. Lines end with a newline or a semicolon.')
param witnessPolicy string = ''

@description('Publishes though too few witnesses have signed. Whoever goes by the policy refuses what is published so.')
param witnessFailOpen bool = false

@description('Upper bound of the app\'s instances.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Instances that wait for HTTP requests and are paid for while they wait.')
@minValue(0)
param alwaysReadyInstances int

@description('Requests that one instance serves at a time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 100

@description('How many queues share the events of uploads. One takes some 660 files a second; each is looked into twice a second while it is in use, and run on instances of its own.')
@allowed([1, 2, 4, 8])
param eventQueues int = 1

@description('Sign-in of verifiers with Entra ID; without it, whoever holds a document may ask.')
param signIn verifierSignIn?

@description('A network of its own, and private endpoints for storage and vault.')
param privateNetwork bool

@description('Address ranges from which issuers upload; empty means anywhere, or with a private network nowhere outside it. Storage takes no ranges smaller than /30: give single addresses plain.')
param inboxAllowedIpRanges string[]

@description('Days for which logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int

@description('The event hub to which logs and metrics go on, for a SIEM.')
param siem eventHub?

@description('Front Door with a firewall before the app, which then answers nobody else.')
param frontDoor bool = false

@description('Under which address others find the service, such as https://truecopy.example, where it has a domain of its own; empty for that of Front Door or the app. Credentials name the status list by it.')
param serviceAddress string = ''

@description('Requests of one address in a minute that Front Door lets through.')
@minValue(10)
param frontDoorRequestsAMinute int = 6000

@description('Who is woken; nobody, where there is none.')
param alertEmails string[]

// 244 random bits for the Ed25519 seed, used at the first deployment only.
@secure()
param seedHigh string = newGuid()
@secure()
param seedLow string = newGuid()

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName, application: 'TrueCopy' }
var names = {
  inbox: 'inbox${token}'
  handovers: 'handover${token}'
  ledger: 'ledger${token}'
  runtime: 'runtime${token}'
  vault: 'kv-${token}'
  identity: 'id-${token}'
  plan: 'plan-${token}'
  app: 'func-${token}'
  topic: 'evgt-${token}'
  handoverTopic: 'evgt-handover-${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
  network: 'vnet-${token}'
  frontDoor: 'afd-${token}'
}
// As a signed note and its verifier keys spell a name; whoever gave an address by mistake would have it for ever.
var isLogName = logOrigin == toLower(logOrigin) && empty(filter(
  [' ', '+', ':', '\n', '\t'],
  sign => contains(logOrigin, sign)
)) && !startsWith(logOrigin, '/') && !endsWith(logOrigin, '/')
var signedOrigin = isLogName
  ? logOrigin
  : fail('logOrigin is \'${logOrigin}\'. It is a name, not an address: lower case, without spaces, + or :, and no / at either end. It can never change.')
var takesHandovers = !empty(receivers)
var publicNetworkAccess = privateNetwork ? 'Disabled' : 'Enabled'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: names.identity, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    siemNamespaceId: siem.?namespaceId
    siemEventHub: siem.?name
  }
}

module inbox 'modules/inbox.bicep' = {
  scope: group
  params: {
    name: names.inbox
    location: location
    tags: tags
    settings: storage
    issuers: issuers
    allowedIpRanges: empty(inboxAllowedIpRanges) && !privateNetwork ? null : inboxAllowedIpRanges
  }
}

module handovers 'modules/handovers.bicep' = if (takesHandovers) {
  scope: group
  params: {
    name: names.handovers
    location: location
    tags: tags
    settings: storage
    receivers: receivers
  }
}

module ledger 'modules/ledger.bicep' = {
  scope: group
  params: {
    name: names.ledger
    location: location
    tags: tags
    settings: storage
    publicNetworkAccess: publicNetworkAccess
    softDeleteDays: softDeleteDays
    journalImmutabilityDays: journalImmutabilityDays
    journalIsLocked: journalIsLocked
  }
}

module runtime 'modules/runtime.bicep' = {
  scope: group
  params: {
    name: names.runtime
    location: location
    tags: tags
    settings: storage
    publicNetworkAccess: publicNetworkAccess
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    hsm: hsm
    publicNetworkAccess: publicNetworkAccess
    seedValue: replace('${seedHigh}${seedLow}', '-', '')
    workspaceId: monitoring.outputs.workspaceId
  }
}

module customRoles 'modules/custom-roles.bicep' = {
  scope: group
  params: { token: token }
}

module grantsOfIssuers 'modules/grants-issuers.bicep' = {
  scope: group
  dependsOn: [inbox]
  params: {
    inboxName: names.inbox
    issuers: issuers
    issuerRoleId: customRoles.outputs.issuerRoleId
  }
}

module grantsInLedger 'modules/grants-ledger.bicep' = {
  scope: group
  dependsOn: [ledger]
  params: {
    ledgerName: names.ledger
    identityName: names.identity
    principalId: identity.outputs.principalId
  }
}

module grantsOfService 'modules/grants-service.bicep' = {
  scope: group
  dependsOn: [inbox, runtime, vault, monitoring]
  params: {
    inboxName: names.inbox
    runtimeName: names.runtime
    vaultName: names.vault
    insightsName: names.insights
    identityName: names.identity
    principalId: identity.outputs.principalId
    serviceRoleId: customRoles.outputs.serviceRoleId
    answersRoleId: customRoles.outputs.answersRoleId
    issuers: issuers
  }
}

module grantsOnHandovers 'modules/grants-handovers.bicep' = if (takesHandovers) {
  scope: group
  dependsOn: [handovers]
  params: {
    handoversName: names.handovers
    identityName: names.identity
    principalId: identity.outputs.principalId
    serviceRoleId: customRoles.outputs.serviceRoleId
    packagesRoleId: customRoles.outputs.packagesRoleId
    receivers: receivers
  }
}

module events 'modules/events.bicep' = {
  scope: group
  dependsOn: [inbox, ledger]
  params: {
    topicName: names.topic
    location: location
    tags: tags
    sourceName: names.inbox
    containerPrefix: issuerContainer('')
    ledgerName: names.ledger
    queues: eventQueues
  }
}

module handoverEvents 'modules/events.bicep' = if (takesHandovers) {
  scope: group
  dependsOn: [handovers, ledger]
  params: {
    topicName: names.handoverTopic
    location: location
    tags: tags
    sourceName: names.handovers
    containerPrefix: receiverContainer('')
    ledgerName: names.ledger
    queues: 1
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  dependsOn: [inbox, handovers, ledger, runtime, vault]
  params: {
    name: names.network
    location: location
    tags: tags
    inboxName: names.inbox
    ledgerName: names.ledger
    runtimeName: names.runtime
    vaultName: names.vault
    handoversName: takesHandovers ? names.handovers : null
  }
}

module gateway 'modules/frontdoor.bicep' = if (frontDoor) {
  scope: group
  params: { name: names.frontDoor, tags: tags, requestsAMinute: frontDoorRequestsAMinute }
}

module app 'modules/app.bicep' = {
  scope: group
  // The app starts when it may do what it has to do.
  dependsOn: [grantsInLedger, grantsOfService, grantsOnHandovers]
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    identityClientId: identity.outputs.clientId
    inboxName: names.inbox
    ledgerName: names.ledger
    handoversName: takesHandovers ? names.handovers : null
    runtimeName: names.runtime
    vaultUri: vault.outputs.uri
    logOrigin: signedOrigin
    serviceAddress: !empty(serviceAddress)
      ? serviceAddress
      : (frontDoor ? 'https://${gateway!.outputs.hostName}' : null)
    keyOverlap: keyOverlap
    witnessPolicy: witnessPolicy
    witnessFailOpen: witnessFailOpen
    issuers: issuers
    receivers: receivers
    signIn: signIn
    maximumInstances: maximumInstances
    alwaysReadyInstances: alwaysReadyInstances
    httpConcurrency: httpConcurrency
    subnetId: network.?outputs.functionsSubnetId
    frontDoorName: frontDoor ? names.frontDoor : null
    workspaceId: monitoring.outputs.workspaceId
    telemetryConnectionString: monitoring.outputs.connectionString
  }
}

module handoverPages 'modules/handover-pages.bicep' = if (takesHandovers) {
  scope: group
  dependsOn: [handovers]
  params: {
    name: names.handovers
    pageOrigin: !empty(serviceAddress)
      ? serviceAddress
      : 'https://${frontDoor ? gateway!.outputs.hostName : app.outputs.hostName}'
  }
}

module gatewayRoute 'modules/frontdoor-route.bicep' = if (frontDoor) {
  scope: group
  params: { frontDoorName: names.frontDoor, appHostName: app.outputs.hostName }
}

module authentication 'modules/sign-in.bicep' = {
  scope: group
  dependsOn: [app]
  params: { appName: names.app, signIn: signIn }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    topics: [
      { name: 'events', id: events.outputs.topicId }
      ...(takesHandovers ? [{ name: 'packages', id: handoverEvents!.outputs.topicId }] : [])
    ]
    vaultId: vault.outputs.id
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: { location: location, tags: tags, workspaceId: monitoring.outputs.workspaceId }
}

output RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = names.app
output SERVICE_URL string = 'https://${frontDoor ? gateway!.outputs.hostName : app.outputs.hostName}'
output INBOX_BLOB_URL string = 'https://${names.inbox}.blob.${environment().suffixes.storage}'
output KEY_VAULT_NAME string = names.vault
output LOG_ORIGIN string = signedOrigin
