// A network for the service alone, and a private way from it to its storage and its vault.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param name string
param location string
param tags tagValues
param inboxName string
param ledgerName string
param runtimeName string
param vaultName string

@description('The account of handovers, where there is one.')
param handoversName string?

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/22'] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: '10.20.0.0/24'
          // Telemetry leaves through here; everything else that the service calls has a private endpoint.
          defaultOutboundAccess: true
          delegations: [{ name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/24'
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource functions 'subnets' existing = {
    name: 'functions'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
}

resource dns 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(zones): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in items(zones): {
    parent: dns[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource inbox 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: inboxName
}

resource ledger 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: ledgerName
}

resource runtime 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: runtimeName
}

resource handovers 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: handoversName ?? 'none'
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

var targets = [
  { name: inboxName, id: inbox.id, service: 'blob' }
  { name: ledgerName, id: ledger.id, service: 'blob' }
  { name: ledgerName, id: ledger.id, service: 'queue' }
  { name: ledgerName, id: ledger.id, service: 'table' }
  { name: runtimeName, id: runtime.id, service: 'blob' }
  { name: runtimeName, id: runtime.id, service: 'queue' }
  { name: runtimeName, id: runtime.id, service: 'table' }
  { name: vaultName, id: vault.id, service: 'vault' }
  ...(handoversName == null ? [] : [{ name: handoversName ?? '', id: handovers.id, service: 'blob' }])
]

module endpoints 'private-endpoint.bicep' = [
  for target in targets: {
    params: {
      name: 'pe-${target.name}-${target.service}'
      location: location
      tags: tags
      subnetId: network::endpoints.id
      targetId: target.id
      service: target.service
      zoneName: zones[target.service]
    }
    dependsOn: [dns]
  }
]

output functionsSubnetId string = network::functions.id
