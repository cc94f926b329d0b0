// Who the service is. User-assigned, so that every role is granted before the app first starts.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param name string
param location string
param tags tagValues

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
